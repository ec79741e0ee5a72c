package world

import (
	"encoding/json"
	"fmt"
	"time"
)

// Principal is who signed a request.
type Principal struct {
	ARN     string // arn:aws:iam::…:user/… or arn:aws:sts::…:assumed-role/R/S
	Account string
	Role    string // name of the assumed role, "" for a user
	Limited string `json:",omitempty"` // the access key id of a session that has policies of its own
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
	Wall      time.Time // the wall clock, on which signatures and sessions live
	RequestID string
	Judge     Judge // says what the policies allow; nil: the call is the sandbox's own

	Mutating bool            // the operation changes the world
	Eventual map[string]bool // the kinds that are seen late: Service.Eventual of all services
	Kept     Tx              // what is written here stays when the call is refused; nil: as Tx

	request *request
}

// request is what all copies of one call share.
type request struct {
	settings *Settings
	fault    *Fault
	written  map[string]bool // keys that this call wrote: it sees them
	read     map[string]int  // veiled keys that this call has looked at, and how many looks were left
}

func (c *Call) shared() *request {
	if c.request == nil {
		c.request = &request{written: map[string]bool{}, read: map[string]int{}}
	}
	return c.request
}

// kept is where counts go that a refused call must not take back.
func (c *Call) kept() Tx {
	if c.Kept != nil {
		return c.Kept
	}
	return c.Tx
}

// In gives the same call in another namespace: same transaction, same caller.
// Global things live in account "" or region "".
func (c *Call) In(account, region string) *Call {
	c.shared()
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
	key := c.prefix(kind) + id
	raw, ok := c.look(kind, key)
	return v, ok && decode(c, key, raw, &v)
}

// Has says whether an object is in the call's account and region, seen or not yet.
func Has(c *Call, kind, id string) bool {
	_, ok := c.Tx.Get(c.prefix(kind) + id)
	return ok
}

// decode ends the transaction on a record that cannot be read.
func decode(c *Call, key string, raw []byte, into any) bool {
	err := json.Unmarshal(raw, into)
	if err != nil {
		fail(c.Tx, fmt.Errorf("record %s: %w", key, err))
	}
	return err == nil
}

// Put writes an object of the call's account and region.
func Put[T any](c *Call, kind, id string, v T) {
	key := c.prefix(kind) + id
	raw, err := json.Marshal(v)
	if err != nil {
		fail(c.Tx, fmt.Errorf("record %s: %w", key, err))
		return
	}
	c.veil(kind, key, raw)
	c.Tx.Put(key, raw)
}

// Remove deletes an object of the call's account and region, if it is there.
func Remove(c *Call, kind, id string) {
	key := c.prefix(kind) + id
	c.veil(kind, key, nil)
	c.Tx.Put(key, nil)
}

// List reads all objects of a kind in the call's account and region, in order of id.
func List[T any](c *Call, kind string) []T { return scan[T](c, kind, c.prefix(kind)) }

// ListAll reads all objects of a kind in every account and region.
func ListAll[T any](c *Call, kind string) []T { return scan[T](c, kind, "o/"+kind+"/") }

func scan[T any](c *Call, kind, prefix string) []T {
	var all []T
	c.walk(kind, prefix, func(key string, raw []byte) bool {
		var v T
		ok := decode(c, key, raw, &v)
		if ok {
			all = append(all, v)
		}
		return ok
	})
	return all
}
