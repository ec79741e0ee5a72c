package world

import "time"

// Kinds of objects that more than one service reads.
const (
	KindOrganization = "organization" // global: account "", region "", by its id
	KindAccount      = "account"      // global, by account id
	KindUnit         = "unit"         // global: root and organizational units, by id
	KindRole         = "role"         // of an account, region "", by name
	KindUser         = "user"         // of an account, region "", by name
	KindManaged      = "managed"      // managed policies of an account, region "", by ARN
	KindLimits       = "limits"       // global, by access key id: the policies that a session may do no more than, as texts
	KindBucket       = "bucket"       // global, by name
	KindObject       = "object"       // account = bucket name, region "", by key (latest version)
	KindCredential   = "credential"   // global, by access key id
)

// Organization is one of the world's. An account is in one at most.
type Organization struct {
	ID, Root, Management string
	TrustedServices      []string             // service principals with trusted access
	DelegatedAdmins      map[string][]string  // service principal → account ids
	DelegatedAt          map[string]time.Time // account/service principal → since when; absent: from the start
	TrustedAt            map[string]time.Time // service principal → since when; absent: from the start
	CatalogSharing       string               // ENABLED, DISABLED, UNDER_CHANGE
	Created, Changed     time.Time            // Changed: the last change by the API
	MaxAccounts          int                  // its quota, where it was raised from the start; 0: AWS's
	ResourcePolicy       string               // "": none
	ResourcePolicyID     string
}

// Account is an account of the world. Org is its organization's id, "" for one on its own, and
// Parent the root's or a unit's. At Due, if that is set, a PENDING_ACTIVATION account begins to
// be there, ACTIVE, and a PENDING_CLOSURE one is SUSPENDED: read accounts by FindAccount and
// Accounts, which know it.
type Account struct {
	ID, Name, Email, Org, Parent string
	State                        string // PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED
	Joined, Due                  time.Time
	Placed                       time.Time // moved to its Parent; zero: there since it joined
	Invited                      bool      // it joined by invitation, else it was created
	Tags                         map[string]string
}

// Unit is the root of an organization or an organizational unit.
type Unit struct {
	ID, Name, Org, Parent string
	Tags                  map[string]string
}

// Role may be assumed by whom it trusts: as its trust policy says or, without one, the lists.
type Role struct {
	Name, Path, Account string
	TrustAccounts       []string // account ids, whose principals may assume it
	TrustServices       []string // servicecatalog.amazonaws.com, cloudformation.amazonaws.com
	ExternalID          string
	Trust               string `json:",omitempty"`
	Description         string `json:",omitempty"`
	MaxSession          int32  `json:",omitempty"` // seconds; 0: an hour
	Created             time.Time
	Tags                map[string]string `json:",omitempty"`
	Grants
}

// User is a person or a machine with keys.
type User struct {
	Name, Path, Account string
	Created             time.Time
	Grants
}

// Grants are the policies of a role or a user.
type Grants struct {
	Inline   map[string]string `json:",omitempty"` // documents by name
	Attached []string          `json:",omitempty"` // ARNs of managed policies
	Boundary string            `json:",omitempty"` // the ARN of a managed policy
}

// Managed is a managed policy of an account.
type Managed struct {
	ARN, Name, Path, ID, Description string
	Versions                         []string // documents, v1 first; one that is deleted is empty
	Default                          int      // from 1
	Created, Updated                 time.Time
}

// Bucket is an S3 bucket; names are global.
type Bucket struct {
	Name, Account, Region string
	Versioned             bool
	OrgReadable           bool          // without a Policy: readable by aws:PrincipalOrgID
	Policy                string        `json:",omitempty"`
	Public                bool          `json:",omitempty"` // the Policy lets anybody in
	Block                 *PublicAccess `json:",omitempty"`
	Created               time.Time
	Tags                  map[string]string `json:",omitempty"`
}

// Object is the newest version of an S3 object. Its record is without Body, which
// PutObject and GetObject keep beside it: a listing reads no bodies.
type Object struct {
	Bucket, Key, VersionID, ETag, ContentType string
	Size                                      int64
	Body                                      []byte            `json:"-"`
	Meta                                      map[string]string // by header: X-Amz-Meta-Commit
	Checksums                                 map[string]string // crc32 → base64
	Modified                                  time.Time
	Tags                                      map[string]string `json:",omitempty"`
}

// Credential is a key pair; sessions carry a token and an end.
type Credential struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Principal                                  Principal
	Expires                                    time.Time // zero: never
}
