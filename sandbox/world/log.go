package world

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

const (
	logPrefix  = "l/"
	keyLogged  = "m/logged"
	tokensRoot = "t/"
)

// Logged is a call in the log. Nothing in it is a secret: the input is a keyed digest.
type Logged struct {
	Number      int       `json:"number"`
	Time        time.Time `json:"time"`
	Service     string    `json:"service"`
	Operation   string    `json:"operation"`
	Account     string    `json:"account"`
	Region      string    `json:"region"`
	Principal   string    `json:"principal"`
	Mutating    bool      `json:"mutating"`
	Token       string    `json:"token,omitempty"`
	InputDigest string    `json:"input_digest,omitempty"`
	Outcome     string    `json:"outcome"`         // ok, replayed, or the error's code
	Fault       string    `json:"fault,omitempty"` // the kind of fault that struck it
}

// RequestID is the id of the request that will be logged next.
func RequestID(tx Tx) string {
	seed, _ := tx.Get(keySeed)
	number, _ := tx.Get(keyLogged)
	return uuid(keyed(seed, "request/"+string(number)))
}

// Log gives the call its number and keeps it.
func Log(tx Tx, l Logged) {
	l.Number = next(tx, keyLogged)
	raw, err := json.Marshal(l)
	if err != nil {
		fail(tx, err)
		return
	}
	tx.Put(fmt.Sprintf("%s%012d", logPrefix, l.Number), raw)
}

// LoggedSince are the calls numbered above since, in order.
func LoggedSince(tx Tx, since int) []Logged {
	var calls []Logged
	after := fmt.Sprintf("%s%012d", logPrefix, since)
	tx.Scan(logPrefix, func(key string, raw []byte) bool {
		if key <= after {
			return true
		}
		var l Logged
		if err := json.Unmarshal(raw, &l); err != nil {
			fail(tx, err)
			return false
		}
		calls = append(calls, l)
		return true
	})
	return calls
}

// Digest is a digest of text that only this world can make: a short secret in the text
// cannot be guessed from it.
func Digest(tx Tx, text string) string {
	seed, _ := tx.Get(keySeed)
	return hex.EncodeToString(keyed(seed, "digest/"+text))
}

// Replay is the first reply to a client token, and the input it answered.
type Replay struct {
	InputDigest string
	At          time.Time // on the sandbox's clock
	Reply       json.RawMessage
}

func tokenKey(c *Call, token string) string {
	return tokensRoot + c.Service + "/" + c.Operation + "/" + c.Account + "/" + c.Region + "/" + token
}

// Replayed finds the first reply to the call's token.
func Replayed(c *Call, token string) (Replay, bool) {
	var r Replay
	key := tokenKey(c, token)
	raw, ok := c.Tx.Get(key)
	return r, ok && decode(c, key, raw, &r)
}

// Remember keeps the first reply to the call's token.
func Remember(c *Call, token string, r Replay) {
	raw, err := json.Marshal(r)
	if err != nil {
		fail(c.Tx, err)
		return
	}
	c.Tx.Put(tokenKey(c, token), raw)
}
