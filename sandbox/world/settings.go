package world

import (
	"encoding/json"
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

// SettingsOf reads the world's settings; one request reads them once.
func SettingsOf(c *Call) Settings {
	if c.settings != nil {
		return *c.settings
	}
	var s Settings
	if raw, ok := c.Tx.Get(keySettings); ok {
		decode(c, keySettings, raw, &s)
	}
	c.settings = &s
	return s
}

// PutSettings keeps the world's settings.
func PutSettings(tx Tx, s Settings) {
	raw, err := json.Marshal(s)
	if err != nil {
		fail(tx, err)
		return
	}
	tx.Put(keySettings, raw)
}

// Quota is how many there may be: AWS's figure, unless the settings have another.
func Quota(c *Call, name string, aws int) int {
	if n, ok := SettingsOf(c).Quotas[name]; ok {
		return n
	}
	return aws
}

// Takes is how long a work takes on the sandbox's clock.
func Takes(c *Call, work string, usual time.Duration) time.Duration {
	if d, ok := SettingsOf(c).Takes[work]; ok {
		return time.Duration(d)
	}
	return usual
}

// Switched says whether a behaviour that is off by default is on.
func Switched(c *Call, name string) bool { return SettingsOf(c).Switches[name] }
