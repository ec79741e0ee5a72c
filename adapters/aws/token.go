package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// token is a client token: the same for the same call on the same thing with the same
// content, on any machine and after any restart (CAT-45).
func token(operation string, p place, parent string, content any) string {
	raw, _ := json.Marshal([]any{operation, p.account, p.region, parent, content}) // text and plain structs always marshal
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// digestOf is sha256:<hex> of bytes.
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// sharing is what AWS was seen to take for a share with a node; nobody asks earlier how it goes.
const sharing = 15 * time.Second

// pause is how long something is waited for: first and longest step, and in all.
type pause struct{ first, longest, total time.Duration }

var (
	objectPause = pause{2 * time.Second, 5 * time.Second, 10 * time.Minute} // product, version, constraint
	sharePause  = pause{2 * time.Second, 5 * time.Second, 30 * time.Minute} // AWS goes through every account
	stackPause  = pause{2 * time.Second, 5 * time.Second, 4 * time.Hour}    // a database takes its time
	offerPause  = pause{2 * time.Second, 10 * time.Second, 3 * time.Minute} // until a share is seen by its user
)
