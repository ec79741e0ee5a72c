package servicecatalog

import (
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

func launchOperations() []world.Operation {
	return []world.Operation{
		write("ProvisionProduct", "ProvisionToken", provisionProduct, needs("ProvisionedProductName"), limit("ProvisionedProductName", 128),
			refuses("NotificationArns")),
		write("UpdateProvisionedProduct", "UpdateToken", updateProvisioned, refuses("ProvisioningPreferences")),
		write("TerminateProvisionedProduct", "TerminateToken", terminateProvisioned),
	}
}

var provisionedName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`)

// provisionProduct launches a version as a stack. What Service Catalog finds only while it
// launches, as a role that it cannot assume, fails the record, not the call.
func provisionProduct(c *world.Call, in *servicecatalog.ProvisionProductInput) (*servicecatalog.ProvisionProductOutput, error) {
	o, err := pick(c, val(in.ProductId), val(in.ProductName), val(in.ProvisioningArtifactId), val(in.ProvisioningArtifactName), val(in.PathId), val(in.PathName))
	if err != nil {
		return nil, err
	}
	p, err := o.launched(c, *in.ProvisionedProductName, val(in.ProvisionToken), fromTags(in.Tags))
	if err != nil {
		return nil, err
	}
	params := map[string]string{}
	for _, v := range in.ProvisioningParameters {
		params[val(v.Key)] = val(v.Value)
	}
	b := order{offer: o, params: params, lookup: o.defaults(params)}
	if err := b.prefer(in.ProvisioningPreferences); err != nil {
		return nil, err
	}
	r, err := b.launch(c, p)
	return &servicecatalog.ProvisionProductOutput{RecordDetail: r}, err
}

// launched is the provisioned product that a launch of the offer makes.
func (o offer) launched(c *world.Call, name, token string, tags []tag) (provisioned, error) {
	if err := o.launchable(c, name); err != nil {
		return provisioned{}, err
	}
	tags, err := o.tags(c, tags)
	return provisioned{
		ID: newID(c, "pp-"), Account: c.Account, Region: c.Region, Name: name, Kind: stackType,
		Product: o.Product.ID, ProductName: o.Product.Name, Artifact: o.Version.ID, Version: o.Version.Name, Path: o.ID,
		Token: token, UserARN: callerARN(c), UserSession: c.Principal.ARN, Created: c.Now, Tags: tags,
	}, err
}

// launch opens the first record of the provisioned product and starts what it asks for.
func (b order) launch(c *world.Call, p provisioned) (*types.RecordDetail, error) {
	p.Last = newID(c, "rec-")
	r := p.record(c, provisioning)
	if err := b.create(c, &p, &r); err != nil {
		return nil, err
	}
	return p.keep(c, r), nil
}

// launchable says whether a new product of that name may be launched from the version.
func (o offer) launchable(c *world.Call, name string) error {
	if o.Version.Guidance == string(types.ProvisioningArtifactGuidanceDeprecated) {
		return invalid("Provisioning artifact %s is DEPRECATED: it can be updated to, and not launched.", o.Version.ID)
	}
	if !provisionedName.MatchString(name) {
		return violated("Value '%s' at 'provisionedProductName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9._-]*", name)
	}
	if v, err := find(c, "", name); err == nil {
		return duplicate("A provisioned product named %s already exists: %s.", name, v.ID)
	}
	return nil
}

// updateProvisioned moves a provisioned product to a version, or to other parameters.
func updateProvisioned(c *world.Call, in *servicecatalog.UpdateProvisionedProductInput) (*servicecatalog.UpdateProvisionedProductOutput, error) {
	v, err := changeable(c, val(in.ProvisionedProductId), val(in.ProvisionedProductName))
	if err != nil {
		return nil, err
	}
	if v.Status == inError {
		return nil, invalid("Provisioned product %s is in status ERROR and can only be terminated.", v.ID)
	}
	o, err := v.pick(c, in)
	if err != nil {
		return nil, err
	}
	b := v.order(c, o, in.ProvisioningParameters)
	if err := b.prefer(nil); err != nil {
		return nil, err
	}
	r, err := b.change(c, v, fromTags(in.Tags))
	return &servicecatalog.UpdateProvisionedProductOutput{RecordDetail: r}, err
}

// change opens the next record of the provisioned product and starts its update.
func (b order) change(c *world.Call, v view, given []tag) (*types.RecordDetail, error) {
	tags, err := b.retag(c, v.Tags, given)
	if err != nil {
		return nil, err
	}
	p := v.next(c)
	r := p.record(c, updating)
	r.Artifact, r.Version, r.Path, r.Tags = b.Version.ID, b.Version.Name, b.ID, tags
	if err := b.update(c, &p, &r); err != nil {
		return nil, err
	}
	return p.keep(c, r), nil
}

// pick finds the version to update to: the present one unless another is named.
func (v view) pick(c *world.Call, in *servicecatalog.UpdateProvisionedProductInput) (offer, error) {
	id, name := val(in.ProductId), val(in.ProductName)
	if id == "" && name == "" {
		id = v.Product
	}
	artifactID, artifactName := val(in.ProvisioningArtifactId), val(in.ProvisioningArtifactName)
	if artifactID == "" && artifactName == "" {
		artifactID = v.Artifact
	}
	pathID, pathName := val(in.PathId), val(in.PathName)
	if pathID == "" && pathName == "" {
		pathID = v.pathIfOpen(c)
	}
	o, err := pick(c, id, name, artifactID, artifactName, pathID, pathName)
	if err == nil && o.Product.ID != v.Product {
		return o, notHere("UpdateProvisionedProduct to another product")
	}
	return o, err
}

// pathIfOpen is the path of the launch, as long as the caller has it.
func (v view) pathIfOpen(c *world.Call) string {
	for _, l := range pathsTo(c, v.Product) {
		if l.ID == v.Path {
			return v.Path
		}
	}
	return ""
}

// order is what to build from an offer, with what the provisioned product keeps.
func (v view) order(c *world.Call, o offer, given []types.UpdateProvisioningParameter) order {
	b := order{offer: o, params: map[string]string{}}
	stack, _ := cloudformation.Find(c.In(v.StackAccount, c.Region), v.StackID)
	if v.Kind == stackSetType {
		stack.Parameters, _ = cloudformation.SetParameters(c, v.StackID)
	}
	known := map[string]string{}
	for _, g := range given {
		key := val(g.Key)
		if g.UsePreviousValue {
			b.previous = append(b.previous, key)
			known[key] = stack.Parameters[key]
			continue
		}
		b.params[key], known[key] = val(g.Value), val(g.Value)
	}
	b.lookup = o.defaults(known)
	return b
}

// terminateProvisioned deletes the stack, or with RetainPhysicalResources lets it go.
func terminateProvisioned(c *world.Call, in *servicecatalog.TerminateProvisionedProductInput) (*servicecatalog.TerminateProvisionedProductOutput, error) {
	v, err := changeable(c, val(in.ProvisionedProductId), val(in.ProvisionedProductName))
	if err != nil {
		return nil, err
	}
	p := v.next(c)
	r := p.record(c, terminating)
	r.Forgive = in.IgnoreErrors
	if p.Kind == external && p.Engine {
		owner, _ := at(c, p.Product)
		r.engage(c, owner)
	} else if p.Kind == stackSetType {
		if err := p.demolishSet(c, &r, in.RetainPhysicalResources); err != nil {
			return nil, err
		}
	} else if in.RetainPhysicalResources || p.StackID == "" {
		r.End = &outcome{Status: succeeded}
	} else if why := p.demolish(c); why != "" && r.Forgive {
		r.End = &outcome{Status: succeeded}
	} else if why != "" {
		r.End = &outcome{Status: failed, Code: "CloudFormationError", Reason: why}
	}
	return &servicecatalog.TerminateProvisionedProductOutput{RecordDetail: p.keep(c, r)}, nil
}

// demolish starts the deletion of the stack, or says why it cannot.
func (p provisioned) demolish(c *world.Call) string {
	if why := unassumable(c, p.LaunchRole); why != "" {
		return why
	}
	if err := cloudformation.Delete(c.In(p.StackAccount, c.Region), p.StackID); err != nil {
		return err.Error()
	}
	return ""
}

// changeable is a provisioned product on which nothing is under way.
func changeable(c *world.Call, id, name string) (view, error) {
	v, err := find(c, id, name)
	if err == nil && v.Status == planned {
		err = invalid("Provisioned product %s is in status PLAN_IN_PROGRESS. Execute or delete its plan.", v.ID)
	}
	if err == nil && v.Status == underChange {
		err = invalid("Provisioned product %s is in status UNDER_CHANGE. Wait until its last operation (%s) has ended.", v.ID, v.Last)
	}
	return v, err
}

// next settles the last record, whose stack is about to change, and opens another.
func (v view) next(c *world.Call) provisioned {
	if r, ok := world.Get[record](c, kindRecord, v.Last); ok && r.End == nil {
		end := r.now(c)
		r.End = &end
		world.Put(c, kindRecord, r.ID, r)
	}
	v.Last = newID(c, "rec-")
	return v.provisioned
}

// record opens the record that the provisioned product names as its last.
func (p *provisioned) record(c *world.Call, kind string) record {
	p.Records++
	if kind == provisioning || kind == updating {
		p.LastProvisioning = p.Last
	}
	return record{
		ID: p.Last, Type: kind, Provisioned: p.ID, Name: p.Name, Product: p.Product, Artifact: p.Artifact, Version: p.Version,
		Path: p.Path, UserSession: c.Principal.ARN, UserRole: callerARN(c), Number: p.Records, Created: c.Now, Updated: c.Now,
		Kind: p.Kind, StackAccount: p.StackAccount, StackID: p.StackID, LaunchRole: p.LaunchRole, Tags: p.Tags,
	}
}

func (p provisioned) keep(c *world.Call, r record) *types.RecordDetail {
	world.Put(c, kindProvision, p.ID, p)
	world.Put(c, kindRecord, r.ID, r)
	return r.detail(c)
}
