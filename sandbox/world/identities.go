package world

import (
	"strings"
	"time"
)

// KindProfile is the kind of an account's instance profiles, region "", by name.
const KindProfile = "profile"

// Profile is an instance profile: a role for machines, which stacks make.
type Profile struct {
	Name, Path string
	Roles      []string // names
	Created    time.Time
}

// RoleID is a role's unique id: the same name in the same account has the same.
func RoleID(c *Call, account, name string) string { return "AROA" + stable(c, account+"/"+name) }

// UserID is a user's unique id.
func UserID(c *Call, arn string) string { return "AIDA" + stable(c, arn) }

// stable gives the same 17 letters for the same name.
func stable(c *Call, name string) string { return strings.ToUpper(Digest(c.Tx, "id/"+name)[:17]) }
