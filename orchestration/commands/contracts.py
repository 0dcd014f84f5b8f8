"""`tenantry contracts check`: every contract against the standard, the forbidden list and the last release."""

import argparse


def run(arguments: argparse.Namespace) -> int:
    """Check the contracts and print one line per problem."""
    # The checker reads YAML and needs pyarrow for the types.
    from data_contracts.check import check
    from data_contracts.contract import RAW_FOLDER

    problems = check(RAW_FOLDER.parent)
    for problem in problems:
        print(problem)
    print(f"contracts: {len(problems)} problems." if problems else "contracts: all valid, nothing forbidden.")
    return 1 if problems else 0
