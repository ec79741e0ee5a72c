package sandbox

import (
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// presets are settings that make sense together. Each takes the place of all that was set.
var presets = map[string]func() world.Settings{
	"calm": func() world.Settings { return world.Settings{} },
	"eventual": func() world.Settings {
		return world.Settings{Unseen: []world.Unseen{{Reads: 3, Flicker: true}}}
	},
	"storm": storm,
}

// storm lets 5 % of the calls go wrong, in every way that a patient client gets past, and limits
// calls. What no client may repeat (access_denied, resource_fail) is for rules of one's own.
func storm() world.Settings {
	faults := []world.Fault{
		{Kind: world.KindThrottle}, {Kind: world.KindError, Code: "InternalFailure", Status: 500},
		{Kind: world.KindHTTP, Status: 500}, {Kind: world.KindHTTP, Status: 502}, {Kind: world.KindHTTP, Status: 503}, {Kind: world.KindHTTP, Status: 504},
		{Kind: world.KindTimeout}, {Kind: world.KindLostReply}, {Kind: world.KindReset}, {Kind: world.KindTruncate}, {Kind: world.KindHTML},
		{Kind: world.KindSlow, For: world.Duration(5 * time.Second)}, {Kind: world.KindStale, Reads: 3}, {Kind: world.KindExpiredToken},
		{Kind: world.KindShareError, Code: "ThrottlingException"}, {Kind: world.KindStuck, For: world.Duration(time.Minute)},
	}
	for i := range faults {
		faults[i].Probability = 0.05 / float64(len(faults))
	}
	return world.Settings{Faults: faults, Switches: map[string]bool{knobThrottle: true}}
}

// Preset puts a preset's settings in the place of all that is set.
func Preset(its *world.Settings, name string) error {
	make, ok := presets[name]
	if !ok {
		return document.Fail("AXLE1113", "the sandbox has no preset "+document.Printable(name),
			near(name, []string{"calm", "eventual", "storm"})+"use calm, eventual or storm", nil)
	}
	*its = make()
	its.Preset = name
	return nil
}
