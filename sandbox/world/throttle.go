package world

import (
	"encoding/json"
	"math"
	"time"
)

const bucketsRoot = "r/"

// bucket is what is left of a second's calls, and when that was counted.
type bucket struct {
	Left float64
	At   time.Time
}

// Throttled takes one call from the bucket of the call's account, region and operation, which
// holds a second's calls and fills by the sandbox's clock. True: it is empty.
func Throttled(c *Call, perSecond int) bool {
	key := bucketsRoot + c.Service + "/" + c.Operation + "/" + c.Account + "/" + c.Region
	b := bucket{Left: float64(perSecond), At: c.Now}
	if raw, ok := c.kept().Get(key); ok && decode(c, key, raw, &b) {
		b.Left = math.Min(float64(perSecond), b.Left+c.Now.Sub(b.At).Seconds()*float64(perSecond))
		b.At = c.Now
	}
	empty := b.Left < 1
	if !empty {
		b.Left--
	}
	raw, err := json.Marshal(b)
	if err != nil {
		fail(c.kept(), err)
	}
	c.kept().Put(key, raw)
	return empty
}
