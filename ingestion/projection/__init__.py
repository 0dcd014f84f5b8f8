"""Page bytes to Arrow tables by contract; the one way from a vendor's answer into the warehouse."""
