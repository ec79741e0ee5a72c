package world

import (
	"encoding/json"
	"time"
)

const keyClock = "m/clock"

// Pace is how the sandbox's clock goes.
type Pace struct {
	Mode string `json:"mode"`           // fast, real, manual; "" where nobody has said
	Rate int    `json:"rate,omitempty"` // fast: seconds of the sandbox in one of the wall; 0: whoever waits moves the clock
}

// clock is the sandbox's time: the wall's, and what sleepers have skipped. Last keeps it from
// going back with the wall.
type clock struct {
	Offset time.Duration
	Last   time.Time
	Pace   Pace
	Anchor time.Time // on the wall: since when the rate counts
}

func readClock(tx Tx) clock {
	var k clock
	if raw, ok := tx.Get(keyClock); ok {
		if err := json.Unmarshal(raw, &k); err != nil {
			fail(tx, err)
		}
	}
	return k
}

func (k clock) at(wall time.Time) time.Time {
	if k.Pace.Mode == "manual" {
		return k.Last
	}
	if now := k.by(wall); !now.Before(k.Last) {
		return now
	}
	return k.Last
}

// by is what the wall makes of the time, were it not to go back.
func (k clock) by(wall time.Time) time.Time {
	now := wall.Add(k.Offset).UTC()
	if k.Pace.Rate > 1 {
		now = now.Add(wall.Sub(k.Anchor) * time.Duration(k.Pace.Rate-1))
	}
	return now
}

func (k clock) write(tx Tx) {
	raw, err := json.Marshal(k)
	if err != nil {
		fail(tx, err)
		return
	}
	tx.Put(keyClock, raw)
}

// Now is the sandbox's time when the wall shows wall.
func Now(tx Tx, wall time.Time) time.Time { return readClock(tx).at(wall) }

// Tick is Now, and sees to it that no later Now is before it.
func Tick(tx Tx, wall time.Time) time.Time { return advance(tx, wall, time.Time{}) }

// AdvanceTo moves the clock forward to until. It never goes back.
func AdvanceTo(tx Tx, wall, until time.Time) { advance(tx, wall, until) }

func advance(tx Tx, wall, until time.Time) time.Time {
	k := readClock(tx)
	k.Last = k.at(wall)
	if k.Last.Before(until) {
		k.Offset += until.Sub(k.by(wall))
		k.Last = until.UTC()
	}
	k.write(tx)
	return k.Last
}

// PaceOf is how the clock goes.
func PaceOf(tx Tx) Pace { return readClock(tx).Pace }

// SetPace lets the clock go otherwise, from where it stands.
func SetPace(tx Tx, wall time.Time, p Pace) {
	k := readClock(tx)
	now := k.at(wall)
	clock{Offset: now.Sub(wall), Last: now, Pace: p, Anchor: wall}.write(tx)
}
