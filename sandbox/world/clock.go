package world

import (
	"encoding/json"
	"time"
)

const keyClock = "m/clock"

// clock is the sandbox's time: the wall's and what sleepers have skipped. Last keeps it
// from going back with the wall.
type clock struct {
	Offset time.Duration
	Last   time.Time
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
	now := wall.Add(k.Offset).UTC()
	if now.Before(k.Last) {
		return k.Last
	}
	return now
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
		k.Offset, k.Last = until.Sub(wall), until.UTC()
	}
	raw, err := json.Marshal(k)
	if err != nil {
		fail(tx, err)
		return k.Last
	}
	tx.Put(keyClock, raw)
	return k.Last
}
