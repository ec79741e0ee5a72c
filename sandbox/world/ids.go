package world

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strconv"
)

// Alphabets of AWS's ids.
const (
	Lower = "abcdefghijklmnopqrstuvwxyz0123456789" // port-…, prod-…
	Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"     // access keys, AROA…
	Hex   = "0123456789abcdef"                     // vpc-…
	Mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

const (
	keySeed    = "m/seed"
	keyCounter = "m/counter"
)

// NewID makes prefix and n letters of the alphabet, from the world's seed and a counter:
// the same seed and the same calls give the same ids.
func (c *Call) NewID(prefix string, n int, alphabet string) string {
	number := new(big.Int).SetBytes(draw(c.Tx, max(64, n)))
	base, digit := big.NewInt(int64(len(alphabet))), new(big.Int)
	id := make([]byte, n)
	for i := range id {
		number.DivMod(number, base, digit)
		id[i] = alphabet[digit.Int64()]
	}
	return prefix + string(id)
}

// NewUUID makes an id of the form CloudFormation ends its ARNs with.
func (c *Call) NewUUID() string { return uuid(draw(c.Tx, 16)) }

// uuid writes the first 16 bytes as an id of version 4.
func uuid(raw []byte) string {
	h := hex.EncodeToString(raw[:16])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

// draw gives the next n bytes of the world's own randomness.
func draw(tx Tx, n int) []byte {
	seed, _ := tx.Get(keySeed)
	count := next(tx, keyCounter)
	var out []byte
	for block := 0; len(out) < n; block++ {
		out = append(out, keyed(seed, strconv.Itoa(count)+"/"+strconv.Itoa(block))...)
	}
	return out[:n]
}

// next adds one to a counter and gives it.
func next(tx Tx, key string) int {
	raw, _ := tx.Get(key)
	n, _ := strconv.Atoi(string(raw)) // absent: 0
	n++
	tx.Put(key, []byte(strconv.Itoa(n)))
	return n
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// ARN is the name of a resource in the call's account and region. What AWS names without
// region or account is named so here.
func (c *Call) ARN(service, resource string) string {
	account, region := c.Account, c.Region
	switch service {
	case "iam", "sts", "organizations":
		region = ""
	case "s3":
		account, region = "", ""
	}
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource
}
