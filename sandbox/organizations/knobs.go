package organizations

import (
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// Names of the settings that the service reads.
const (
	quotaAccounts = "organizations:accounts"
	quotaUnits    = "organizations:units"
	quotaAdmins   = "organizations:delegated-administrators"

	creation = "organizations:create-account"
	closing  = "organizations:close-account"
	change   = "organizations:change"
	leaving  = "organizations:leave"

	creationFails = "organizations:create-account-fails"
	oneAtATime    = "organizations:one-change-at-a-time"
	finalizing    = "organizations:finalizing"
	noStatus      = "organizations:no-status"
)

// AWS's figures, and how long its work takes here.
const (
	maxAccounts = 10
	maxUnits    = 2000
	maxAdmins   = 50 // of a service

	creatingAccount = 5 * time.Second
	closingAccount  = time.Minute
	changing        = 2 * time.Second
	waitToLeave     = 4 * 24 * time.Hour
)

// Knobs are the settings that the service reads.
var Knobs = []world.Knob{
	{Name: quotaAccounts, Kind: "quota", Usual: "10", Says: "accounts of an organization, closed ones counted; a fleet's start raises it"},
	{Name: quotaUnits, Kind: "quota", Usual: "2000", Says: "organizational units of an organization"},
	{Name: quotaAdmins, Kind: "quota", Usual: "50", Says: "delegated administrators of a service"},
	{Name: creation, Kind: "takes", Usual: "5s", Says: "CreateAccount, from IN_PROGRESS to its end"},
	{Name: closing, Kind: "takes", Usual: "1m0s", Says: "CloseAccount, from PENDING_CLOSURE to SUSPENDED"},
	{Name: change, Kind: "takes", Usual: "2s", Says: "a change, where there is one at a time"},
	{Name: leaving, Kind: "takes", Usual: "96h0m0s", Says: "before a created account may leave its organization"},
	{Name: creationFails, Kind: "switch", Usual: "off", Says: "CreateAccount ends FAILED with INTERNAL_FAILURE"},
	{Name: oneAtATime, Kind: "switch", Usual: "off", Says: "a change too soon after another is ConcurrentModificationException"},
	{Name: finalizing, Kind: "switch", Usual: "off", Says: "CreateAccount is FinalizingOrganizationException"},
	{Name: noStatus, Kind: "switch", Usual: "off", Says: "accounts have no Status, only State, as from 2026-09-09"},
}
