package world

import (
	"encoding/json"
	"strconv"
	"time"
)

const keySettings = "m/settings"

// Settings are how the world behaves where AWS may behave in several ways. They are part of the
// state: every process on it sees the same. The zero Settings are the calm ones.
type Settings struct {
	Preset   string              `json:"preset,omitempty"`   // calm, eventual, storm: where the rest came from
	Quotas   map[string]int      `json:"quotas,omitempty"`   // by name: servicecatalog:portfolios
	Takes    map[string]Duration `json:"takes,omitempty"`    // how long asynchronous work takes, by its name: servicecatalog:share
	Switches map[string]bool     `json:"switches,omitempty"` // by name: organizations:no-status
	Faults   []Fault             `json:"faults,omitempty"`   // the first that strikes decides
	Latency  []Latency           `json:"latency,omitempty"`  // the first that fits decides
	Unseen   []Unseen            `json:"unseen,omitempty"`   // the first that fits decides
}

// Duration is a time.Duration that is written 15s.
type Duration time.Duration

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// Knob is a setting that a service reads by its name. Kind is quota, takes or switch.
type Knob struct{ Name, Kind, Usual, Says string }

// Value is what a knob is set to, in words, and whether it is set.
func (s Settings) Value(k Knob) (string, bool) {
	if n, ok := s.Quotas[k.Name]; ok {
		return strconv.Itoa(n), true
	}
	if d, ok := s.Takes[k.Name]; ok {
		return time.Duration(d).String(), true
	}
	on, ok := s.Switches[k.Name]
	return map[bool]string{true: "on", false: "off"}[on], ok
}

// SettingsOf reads the world's settings; one request reads them once.
func SettingsOf(c *Call) Settings { return *c.settings() }

func (c *Call) settings() *Settings {
	its := c.shared()
	if its.settings == nil {
		its.settings = &Settings{}
		if raw, ok := c.Tx.Get(keySettings); ok {
			decode(c, keySettings, raw, its.settings)
		}
	}
	return its.settings
}

// PutSettings keeps the world's settings. The rules of faults count from here.
func PutSettings(tx Tx, s Settings) {
	raw, err := json.Marshal(s)
	if err != nil {
		fail(tx, err)
		return
	}
	tx.Put(keySettings, raw)
	tx.Put(keyStruck, nil)
}

// Quota is how many there may be: AWS's figure, unless the settings have another.
func Quota(c *Call, name string, aws int) int {
	if n, ok := c.settings().Quotas[name]; ok {
		return n
	}
	return aws
}

// Takes is how long a work takes on the sandbox's clock. What a call begins that is stuck takes
// as long as its fault says, else for ever.
func Takes(c *Call, work string, usual time.Duration) time.Duration {
	if f := c.Struck(KindStuck); f != nil {
		return f.lasting(forEver)
	}
	if d, ok := c.settings().Takes[work]; ok {
		return time.Duration(d)
	}
	return usual
}

// Switched says whether a behaviour that is off by default is on.
func Switched(c *Call, name string) bool { return c.settings().Switches[name] }
