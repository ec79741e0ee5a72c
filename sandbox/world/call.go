package world

import (
	"encoding/json"
	"time"
)

// Principal is who signed a request.
type Principal struct {
	ARN     string // arn:aws:iam::…:user/… or arn:aws:sts::…:assumed-role/R/S
	Account string
	Role    string // name of the assumed role, "" for a user
}

// Call is one request: who asks, where, when, and the transaction it runs in.
type Call struct {
	Tx
	Service   string // servicecatalog
	Operation string
	Account   string // the namespace objects are read from; the principal's, unless moved by In
	Region    string
	Principal Principal
	Now       time.Time // the sandbox's clock
	RequestID string
}

// In gives the same call in another namespace: same transaction, same caller.
// Global things live in account "" or region "".
func (c *Call) In(account, region string) *Call {
	d := *c
	d.Account, d.Region = account, region
	return &d
}

func (c *Call) prefix(kind string) string {
	return "o/" + kind + "/" + c.Account + "/" + c.Region + "/"
}

// Get reads an object of the call's account and region.
func Get[T any](c *Call, kind, id string) (T, bool) {
	var v T
	raw, ok := c.Tx.Get(c.prefix(kind) + id)
	if !ok || json.Unmarshal(raw, &v) != nil {
		return v, false
	}
	return v, true
}

// Put writes an object of the call's account and region.
func Put[T any](c *Call, kind, id string, v T) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // records are plain structs; a type that cannot be marshalled is a bug
	}
	c.Tx.Put(c.prefix(kind)+id, raw)
}

// Remove deletes an object of the call's account and region, if it is there.
func Remove(c *Call, kind, id string) { c.Tx.Put(c.prefix(kind)+id, nil) }

// List reads all objects of a kind in the call's account and region, in order of id.
func List[T any](c *Call, kind string) []T {
	var all []T
	c.Scan(c.prefix(kind), func(_ string, raw []byte) bool {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			all = append(all, v)
		}
		return true
	})
	return all
}

// ListAll reads all objects of a kind in every account and region.
func ListAll[T any](c *Call, kind string) []T {
	var all []T
	c.Scan("o/"+kind+"/", func(_ string, raw []byte) bool {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			all = append(all, v)
		}
		return true
	})
	return all
}
