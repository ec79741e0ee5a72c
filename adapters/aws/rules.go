package aws

// rule is a row of the retry table. Service "" is every service; text, where set, must stand in the message.
type rule struct {
	id, service string
	codes       []string
	text        string
	answer      answer
	code        string // ours, once it is a failure
	hint        string
}

// throttles are AWS's words for too many calls.
var throttles = []string{"ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
	"Throttled", "RequestThrottled", "SlowDown", "RateLimitExceededException"}

// rules are searched in order; the first that fits decides. What fits none fails.
var rules = []rule{
	{"RT04", "servicecatalog", []string{"LimitExceededException"}, "", fail, "AXLE3204", "a quota of Service Catalog is used up: remove what nobody needs, or raise it in Service Quotas"},
	{"RT05", "servicecatalog", []string{"InvalidStateException"}, "more than one portfolio share action", busy, "AXLE3205", "something else keeps sharing portfolios in this account: run again when it has ended"},
	{"RT06", "servicecatalog", []string{"ResourceInUseException"}, "", inUse, "AXLE3206", "find what uses it, named in AWS's message, and remove that first"},
	{"RT07", "servicecatalog", []string{"DuplicateResourceException"}, "", compare, "AXLE3200", "it exists with other content: compare, then change or remove it"},
	{"RT08", "servicecatalog", []string{"ResourceNotFoundException"}, "", missing, "AXLE3207", "it was removed, or never was here: run again, and axle looks anew"},
	{"RT09", "servicecatalog", []string{"InvalidParametersException"}, "profile does not exist", missing, "AXLE3200", "IAM does not know this principal: make it first, or correct its ARN"}, // CT-9
	{"RT09", "servicecatalog", []string{"InvalidParametersException", "OperationNotSupportedException", "TagOptionNotMigratedException"}, "", fail, "AXLE3200", "AWS takes no such value: correct it in the file it comes from"},
	{"RT10", "cloudformation", []string{"AlreadyExistsException"}, "", compare, "AXLE3221", "choose another name, or remove what holds it"},
	{"RT11", "cloudformation", []string{"TokenAlreadyExistsException", "OperationInProgressException"}, "", again, "AXLE3201", "an operation on it has not ended: run again later"},
	{"RT12", "cloudformation", []string{"OperationIdAlreadyExistsException"}, "", compare, "AXLE3200", ""},
	{"RT13", "cloudformation", []string{"StaleRequestException"}, "", compare, "AXLE3200", "run again"},
	{"RT14", "cloudformation", []string{"ValidationError"}, "No updates are to be performed", compare, "AXLE3200", ""},
	{"RT14", "cloudformation", []string{"ValidationError"}, "does not exist", compare, "AXLE3207", ""},
	{"RT14", "cloudformation", []string{"ValidationError"}, "is in ROLLBACK_COMPLETE", compare, "AXLE3200", "delete the stack, then run again"},
	{"RT15", "cloudformation", []string{"InsufficientCapabilitiesException"}, "", fail, "AXLE3200", "the template makes IAM resources or has transforms that were not allowed"},
	{"RT15", "cloudformation", []string{"LimitExceededException"}, "", fail, "AXLE3204", "a quota of CloudFormation is used up: delete stacks, or raise it in Service Quotas"},
	{"RT16", "organizations", []string{"ConcurrentModificationException", "FinalizingOrganizationException", "PolicyChangesInProgressException"}, "", again, "AXLE3201", "the organization is being changed: run again later"},
	{"RT17", "organizations", []string{"ServiceException", "TooManyRequestsException"}, "", again, "AXLE3201", "run again later"},
	{"RT18", "organizations", []string{"ConstraintViolationException", "HandshakeConstraintViolationException", "AccountOwnerNotVerifiedException"}, "", fail, "AXLE3200", "AWS's message says which limit"},
	{"RT19", "license-manager", []string{"RateLimitExceededException"}, "", again, "AXLE3201", "run again later"},
	{"RT20", "license-manager", []string{"ServerInternalException", "FailedDependencyException"}, "", again, "AXLE3202", "run again later"},
	{"RT20", "license-manager", []string{"ConflictException"}, "", compare, "AXLE3200", "run again"},
	{"RT21", "license-manager", []string{"ResourceLimitExceededException", "EntitlementNotAllowedException", "NoEntitlementsAllowedException"}, "", fail, "AXLE3204", ""},
	{"RT22", "marketplace-catalog", []string{"ResourceInUseException"}, "", compare, "AXLE3206", "another change set holds it: run again when that has ended"},
	{"RT23", "marketplace-catalog", []string{"ServiceQuotaExceededException"}, "", fail, "AXLE3204", ""},
	{"RT23", "marketplace-catalog", []string{"ValidationException"}, "evision", compare, "AXLE3200", "run again: axle reads it anew"}, // MKA-7
	{"RT23", "marketplace-catalog", []string{"ValidationException"}, "", fail, "AXLE3200", ""},
	{"RT23", "marketplace-catalog", []string{"InternalServiceException"}, "", unsure, "AXLE3202", "run again later"},

	{"RT01", "", append([]string{"PriorRequestNotComplete"}, throttles...), "", again, "AXLE3201", "AWS limits how often this may be called: run again later"},
	{"RT02", "", []string{"InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout"}, "", unsure, "AXLE3202", "run again later; what was done stays done"},
	{"RT02", "s3", []string{"ConditionalRequestConflict", "OperationAborted"}, "", again, "AXLE3202", "run again"},
	{"RT03", "", []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"}, "", renew, "AXLE3203", "check this machine's clock, then sign in again"},
	{"", "", []string{"SignatureDoesNotMatch", "InvalidSignatureException"}, "", fail, "AXLE3203", "check this machine's clock and the secret key"},
	{"", "", []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError"}, "", fail, "AXLE4200", "give the role this permission"},
	{"", "", []string{"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "MissingAuthenticationToken", "IncompleteSignature"}, "", fail, "AXLE4201", "AWS does not know these credentials: sign in again, or choose another profile"},
}
