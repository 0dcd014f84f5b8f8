"""The properties that each Graph type has, so that `$select` of anything else is refused."""

DEFAULT_USER = (
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
)  # fmt: skip
USER_COLLECTIONS = frozenset(
    ("businessPhones", "proxyAddresses", "otherMails", "assignedLicenses", "assignedPlans", "identities",
     "licenseAssignmentStates", "imAddresses", "provisionedPlans")
)  # fmt: skip
# Kept in another store: the collection answers 501.
USER_ELSEWHERE = frozenset(
    ("aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName",
     "responsibilities", "schools", "skills", "mailboxSettings")
)  # fmt: skip
USER = (
    frozenset(DEFAULT_USER)
    | USER_COLLECTIONS
    | USER_ELSEWHERE
    | frozenset(
        ("department", "companyName", "employeeId", "employeeType", "accountEnabled", "userType",
         "createdDateTime", "creationType", "externalUserState", "externalUserStateChangeDateTime",
         "usageLocation", "onPremisesSyncEnabled", "onPremisesLastSyncDateTime", "onPremisesImmutableId",
         "onPremisesSamAccountName", "onPremisesDomainName", "onPremisesUserPrincipalName",
         "onPremisesDistinguishedName", "onPremisesSecurityIdentifier", "lastPasswordChangeDateTime",
         "passwordPolicies", "passwordProfile", "signInSessionsValidFromDateTime", "isResourceAccount",
         "showInAddressList", "employeeHireDate", "employeeLeaveDateTime", "employeeOrgData", "signInActivity",
         "deletedDateTime", "ageGroup", "city", "country", "state", "postalCode", "streetAddress",
         "faxNumber", "legalAgeGroupClassification", "consentProvidedForMinor", "mailNickname", "securityIdentifier")
    )
)  # fmt: skip

ORGANIZATION = frozenset(
    ("id", "displayName", "tenantType", "createdDateTime", "countryLetterCode", "country", "city", "state",
     "postalCode", "street", "preferredLanguage", "defaultUsageLocation", "onPremisesSyncEnabled",
     "onPremisesLastSyncDateTime", "partnerTenantType", "mobileDeviceManagementAuthority", "deletedDateTime",
     "technicalNotificationMails", "businessPhones", "verifiedDomains", "assignedPlans", "provisionedPlans",
     "marketingNotificationEmails", "securityComplianceNotificationMails", "privacyProfile")
)  # fmt: skip
DOMAIN = frozenset(
    ("id", "authenticationType", "isAdminManaged", "isDefault", "isInitial", "isRoot", "isVerified",
     "supportedServices", "passwordValidityPeriodInDays", "passwordNotificationWindowInDays",
     "availabilityStatus", "state", "manufacturer", "model")
)  # fmt: skip
SKU = frozenset(
    ("id", "skuId", "skuPartNumber", "accountId", "accountName", "appliesTo", "capabilityStatus",
     "consumedUnits", "prepaidUnits", "servicePlans", "subscriptionIds")
)  # fmt: skip
SUBSCRIPTION = frozenset(
    ("id", "commerceSubscriptionId", "createdDateTime", "nextLifecycleDateTime", "isTrial", "status", "skuId",
     "skuPartNumber", "totalLicenses", "ownerId", "ownerType", "ownerTenantId", "serviceStatus")
)  # fmt: skip
REGISTRATION = frozenset(
    ("id", "userPrincipalName", "userDisplayName", "userType", "isAdmin", "isMfaRegistered", "isMfaCapable",
     "isPasswordlessCapable", "isSsprRegistered", "isSsprEnabled", "isSsprCapable",
     "isSystemPreferredAuthenticationMethodEnabled", "systemPreferredAuthenticationMethods",
     "userPreferredMethodForSecondaryAuthentication", "methodsRegistered", "lastUpdatedDateTime")
)  # fmt: skip
ROLE_DEFINITION = frozenset(
    ("id", "templateId", "displayName", "description", "isBuiltIn", "isEnabled", "resourceScopes",
     "rolePermissions", "version", "inheritsPermissionsFrom")
)  # fmt: skip
ROLE_ASSIGNMENT = frozenset(
    ("id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId", "principalOrganizationId",
     "condition", "principal", "roleDefinition")
)  # fmt: skip
ASSIGNMENT_INSTANCE = frozenset(
    ("id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId", "startDateTime", "endDateTime",
     "assignmentType", "memberType", "roleAssignmentOriginId", "roleAssignmentScheduleId", "principal",
     "roleDefinition", "directoryScope", "appScope", "activatedUsing")
)  # fmt: skip
ELIGIBILITY_INSTANCE = frozenset(
    ("id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId", "startDateTime", "endDateTime",
     "memberType", "roleEligibilityScheduleId", "principal", "roleDefinition", "directoryScope", "appScope")
)  # fmt: skip
METHODS_POLICY = frozenset(
    ("id", "displayName", "description", "lastModifiedDateTime", "policyVersion", "policyMigrationState",
     "reconfirmationInDays", "registrationEnforcement", "authenticationMethodConfigurations")
)  # fmt: skip
GROUP = frozenset(
    ("id", "displayName", "description", "isAssignableToRole", "securityEnabled", "mailEnabled", "mailNickname",
     "mail", "groupTypes", "membershipRule", "membershipRuleProcessingState", "onPremisesSyncEnabled",
     "onPremisesLastSyncDateTime", "onPremisesSamAccountName", "onPremisesDomainName", "createdDateTime",
     "renewedDateTime", "expirationDateTime", "deletedDateTime", "visibility", "classification",
     "assignedLicenses", "hasMembersWithLicenseErrors", "licenseProcessingState", "proxyAddresses",
     "resourceProvisioningOptions", "resourceBehaviorOptions", "creationOptions", "preferredLanguage",
     "preferredDataLocation", "securityIdentifier", "theme", "uniqueName", "isManagementRestricted", "members")
)  # fmt: skip
GROUP_COLLECTIONS = frozenset(
    ("groupTypes", "assignedLicenses", "proxyAddresses", "resourceProvisioningOptions", "resourceBehaviorOptions",
     "creationOptions")
)  # fmt: skip
GROUP_DEFAULT = tuple(
    sorted(GROUP - {"members", "assignedLicenses", "hasMembersWithLicenseErrors", "licenseProcessingState"})
)
DIRECTORY_OBJECT = frozenset(("id", "deletedDateTime"))
APPLICATION = frozenset(
    ("id", "appId", "displayName", "description", "createdDateTime", "deletedDateTime", "signInAudience",
     "publisherDomain", "isDisabled", "disabledByMicrosoftStatus", "notes", "tags", "identifierUris",
     "passwordCredentials", "keyCredentials", "requiredResourceAccess", "appRoles", "groupMembershipClaims",
     "isFallbackPublicClient", "isDeviceOnlyAuthSupported", "serviceManagementReference", "uniqueName",
     "applicationTemplateId", "api", "web", "spa", "publicClient", "info", "optionalClaims",
     "parentalControlSettings", "verifiedPublisher", "certification", "addIns", "samlMetadataUrl",
     "servicePrincipalLockConfiguration", "defaultRedirectUri", "nativeAuthenticationApisEnabled",
     "tokenEncryptionKeyId", "requestSignatureVerification", "oauth2RequirePostResponse")
)  # fmt: skip
SERVICE_PRINCIPAL = frozenset(
    ("id", "appId", "displayName", "accountEnabled", "servicePrincipalType", "appOwnerOrganizationId",
     "passwordCredentials", "keyCredentials", "preferredTokenSigningKeyThumbprint",
     "preferredTokenSigningKeyEndDateTime", "notificationEmailAddresses", "tags", "appDisplayName",
     "appDescription", "appRoles", "appRoleAssignmentRequired", "alternativeNames", "applicationTemplateId",
     "createdDateTime", "deletedDateTime", "description", "disabledByMicrosoftStatus", "homepage", "isDisabled",
     "info", "loginUrl", "logoutUrl", "notes", "oauth2PermissionScopes", "preferredSingleSignOnMode", "replyUrls",
     "resourceSpecificApplicationPermissions", "samlSingleSignOnSettings", "servicePrincipalNames",
     "signInAudience", "tokenEncryptionKeyId", "verifiedPublisher", "addIns", "customSecurityAttributes")
)  # fmt: skip
APPLICATION_COLLECTIONS = frozenset(
    ("passwordCredentials", "keyCredentials", "tags", "identifierUris", "requiredResourceAccess", "appRoles",
     "notificationEmailAddresses", "alternativeNames", "replyUrls", "servicePrincipalNames", "addIns",
     "oauth2PermissionScopes", "resourceSpecificApplicationPermissions")
)  # fmt: skip
SECURE_SCORE = frozenset(
    ("id", "azureTenantId", "createdDateTime", "currentScore", "maxScore", "activeUserCount", "licensedUserCount",
     "enabledServices", "averageComparativeScores", "controlScores", "vendorInformation")
)  # fmt: skip
SCORE_PROFILE = frozenset(
    ("id", "azureTenantId", "title", "maxScore", "rank", "service", "tier", "userImpact", "implementationCost",
     "deprecated", "controlStateUpdates", "actionType", "actionUrl", "complianceInformation", "controlCategory",
     "lastModifiedDateTime", "remediation", "remediationImpact", "threats", "vendorInformation")
)  # fmt: skip
PARTNER_RELATIONSHIP = frozenset(
    ("id", "displayName", "duration", "autoExtendDuration", "status", "customer", "accessDetails",
     "createdDateTime", "lastModifiedDateTime", "activatedDateTime", "endDateTime", "isPartnerConsentPending",
     "indirectProviderTenantId")
)  # fmt: skip
PARTNER_CUSTOMER = frozenset(("id", "tenantId", "displayName"))
NAMED_LOCATION = frozenset(("id", "displayName", "createdDateTime", "modifiedDateTime", "deletedDateTime"))
CONDITIONAL_ACCESS = frozenset(
    ("id", "displayName", "state", "createdDateTime", "modifiedDateTime", "description", "templateId",
     "conditions", "grantControls", "sessionControls")
)  # fmt: skip
SECURITY_DEFAULTS = frozenset(("id", "displayName", "description", "isEnabled"))

# Whoever selects what: these come with every message and event, so that a client's own lock is put to the test.
BODIES = ("body", "uniqueBody", "attachments")
MESSAGE = frozenset(BODIES) | frozenset(
    ("id", "internetMessageId", "conversationId", "conversationIndex", "subject", "from", "sender",
     "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "receivedDateTime", "sentDateTime",
     "createdDateTime", "lastModifiedDateTime", "isRead", "isDraft", "hasAttachments", "importance",
     "inferenceClassification", "flag", "categories", "parentFolderId", "bodyPreview", "webLink", "changeKey",
     "internetMessageHeaders", "isDeliveryReceiptRequested", "isReadReceiptRequested")
)  # fmt: skip
EVENT = frozenset(BODIES) | frozenset(
    ("id", "iCalUId", "type", "seriesMasterId", "subject", "start", "end", "originalStart",
     "originalStartTimeZone", "originalEndTimeZone", "isAllDay", "isCancelled", "isOrganizer", "isDraft",
     "isOnlineMeeting", "hasAttachments", "hideAttendees", "responseRequested", "showAs", "sensitivity",
     "importance", "organizer", "attendees", "responseStatus", "location", "locations", "categories",
     "onlineMeetingProvider", "onlineMeeting", "onlineMeetingUrl", "recurrence", "createdDateTime",
     "lastModifiedDateTime", "bodyPreview", "webLink", "changeKey", "transactionId", "allowNewTimeProposals",
     "isReminderOn", "reminderMinutesBeforeStart", "occurrenceId")
)  # fmt: skip
# Documented: calendarView does not honour these in $select.
EVENT_NOT_IN_VIEW = ("createdDateTime", "lastModifiedDateTime")
