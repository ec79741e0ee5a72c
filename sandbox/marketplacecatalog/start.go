package marketplacecatalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	create     = "CreateExperience"
	entityType = "Experience@1.0"
	maxChanges = 20
)

var (
	setNames    = document.NewPattern(`^[\w\s+=.:@-]{1,100}$`)
	changeNames = document.NewPattern(`^[a-zA-Z]{1,72}$`)
	identifiers = document.NewPattern(`^(exp-[\w-]{1,250})(?:@(\d{1,9}))?$`)
	references  = document.NewPattern(`^\$([a-zA-Z]{1,72})\.Entity\.Identifier$`)
)

func startChangeSet(c *world.Call, in *marketplacecatalog.StartChangeSetInput) (*marketplacecatalog.StartChangeSetOutput, error) {
	at, o := enter(c)
	if err := wellFormed(in); err != nil {
		return nil, err
	}
	s := changeSet{ID: c.NewID("", 25, world.Lower), Name: aws.ToString(in.ChangeSetName), Rules: o.rules, Tags: tagged(in.ChangeSetTags)}
	for _, given := range in.ChangeSet {
		one, err := read(given)
		if err != nil {
			return nil, err
		}
		s.Changes = append(s.Changes, one)
	}
	if err := s.consistent(); err != nil {
		return nil, err
	}
	if err := s.hold(at); err != nil {
		return nil, err
	}
	open := openSets(at)
	if most := world.Quota(c, quotaOpen, maxOpen); len(open) >= most {
		return nil, wire.Fail("ServiceQuotaExceededException", "There are %d open change sets, the most there may be.", len(open))
	}
	s.cross(open)
	s.begin(c)
	if f := c.Struck(world.KindResourceFail); f != nil {
		if s.Fault = f.Resource; s.Fault != string(types.FailureCodeClientError) {
			s.Fault = string(types.FailureCodeServerFault)
		}
	}
	world.Put(at, kindSet, s.ID, s)
	world.Put(at, kindOpen, s.ID, s.ID)
	for _, e := range s.Held {
		world.Put(at, kindLock, e, s.ID)
	}
	return &marketplacecatalog.StartChangeSetOutput{ChangeSetId: &s.ID, ChangeSetArn: aws.String(entityARN(at.Account, "ChangeSet", s.ID))}, nil
}

// begin says when the set applies its changes, and when it ends.
func (s *changeSet) begin(c *world.Call) {
	preparing := usualPrepare
	if d, ok := world.SettingsOf(c).Takes[knobPrepare]; ok {
		preparing = time.Duration(d)
	}
	whole := world.Takes(c, knobWork, usualWork)
	s.Start, s.Apply, s.End = c.Now, c.Now.Add(min(preparing, whole)), c.Now.Add(whole)
}

func wellFormed(in *marketplacecatalog.StartChangeSetInput) error {
	if err := theCatalog(in.Catalog); err != nil {
		return err
	}
	switch {
	case in.Intent == types.IntentValidate:
		return invalid("Intent VALIDATE is for versions of AMI products alone.")
	case len(in.ChangeSet) < 1 || len(in.ChangeSet) > maxChanges:
		return invalid("ChangeSet must have 1 to %d changes.", maxChanges)
	case in.ChangeSetName != nil && !setNames.MatchString(*in.ChangeSetName):
		return invalid("ChangeSetName must match %s.", setNames)
	}
	return nil
}

// read gives a change as it is kept.
func read(given types.Change) (change, error) {
	one := change{Name: aws.ToString(given.ChangeName), Type: aws.ToString(given.ChangeType), Tags: tagged(given.EntityTags)}
	if given.Entity == nil || aws.ToString(given.Entity.Type) != entityType {
		return one, invalid("Entity.Type must be %s: the sandbox has no other.", entityType)
	}
	if _, ok := rules[one.Type]; !ok {
		return one, invalid("%q is not a change type of %s.", one.Type, entityType)
	}
	if given.ChangeName != nil && !changeNames.MatchString(one.Name) {
		return one, invalid("ChangeName must match %s.", changeNames)
	}
	one.Given = aws.ToString(given.Entity.Identifier)
	if err := one.aim(); err != nil {
		return one, err
	}
	switch {
	case given.Details != nil && given.DetailsDocument != nil:
		return one, invalid("A change has Details or DetailsDocument, not both.")
	case given.DetailsDocument != nil:
		raw, err := json.Marshal(wire.Plain(given.DetailsDocument))
		if err != nil {
			return one, invalid("Document not valid JSON format")
		}
		one.Details = raw
	default:
		one.Details = json.RawMessage(aws.ToString(given.Details))
	}
	_, err := parse(one.Type, one.Details)
	return one, err
}

// aim says what the change is about.
func (one *change) aim() error {
	if one.Type == create {
		if one.Given != "" {
			return invalid("CreateExperience takes no Identifier.")
		}
		return nil
	}
	if m := references.FindStringSubmatch(one.Given); m != nil {
		one.Ref = m[1]
		return nil
	}
	m := identifiers.FindStringSubmatch(one.Given)
	if m == nil {
		return invalid("%q is not the Identifier of an experience.", one.Given)
	}
	one.Entity = m[1]
	return nil
}

// consistent refuses names that do not name a change that makes an experience, and a change type
// that comes twice for one.
func (s changeSet) consistent() error {
	names, seen := map[string]string{}, map[string]bool{}
	for _, one := range s.Changes {
		if one.Name != "" && names[one.Name] != "" {
			return invalid("ChangeName %s comes twice.", one.Name)
		}
		names[one.Name] = one.Type
	}
	for i, one := range s.Changes {
		if one.Ref != "" && names[one.Ref] != create {
			return invalid("%s names no change that creates an entity.", one.Given)
		}
		key := one.Type + "/" + one.Entity + "$" + one.Ref
		if one.Type == create {
			key += strconv.Itoa(i)
		}
		if seen[key] {
			return invalid("A change set has each change type once for an entity: %s comes twice.", one.Type)
		}
		seen[key] = true
	}
	return nil
}

// hold locks the experiences of the set, each at the revision that was given.
func (s *changeSet) hold(at *world.Call) error {
	for _, one := range s.Changes {
		if one.Entity == "" {
			continue
		}
		e, ok := world.Get[Experience](at, kindExperience, one.Entity)
		if !ok {
			return noSuch("Entity " + one.Entity)
		}
		if holder, held := world.Get[string](at, kindLock, e.ID); held {
			return wire.Fail("ResourceInUseException", "Entity %s is locked by change set %s.", e.ID, holder)
		}
		if _, revision, given := strings.Cut(one.Given, "@"); given && revision != strconv.Itoa(e.Revision) {
			return invalid("The revision of %s is not the latest. The latest is %s@%d.", one.Given, e.ID, e.Revision)
		}
		if !slices.Contains(s.Held, e.ID) {
			s.Held = append(s.Held, e.ID)
		}
	}
	s.Touched = slices.Clone(s.Held)
	return nil
}

// cross marks the changes of an audience whose principals another open set is changing.
func (s *changeSet) cross(open []changeSet) {
	busy := map[string]bool{}
	for _, other := range open {
		for _, p := range other.principals() {
			busy[p] = true
		}
	}
	for i, one := range s.Changes {
		d, _ := parse(one.Type, one.Details)
		s.Changes[i].Crossed = slices.ContainsFunc(d.Principals, func(p string) bool { return busy[p] })
	}
}

func (s changeSet) principals() (all []string) {
	for _, one := range s.Changes {
		d, _ := parse(one.Type, one.Details)
		all = append(all, d.Principals...)
	}
	return all
}
