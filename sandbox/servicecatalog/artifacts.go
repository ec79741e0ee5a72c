package servicecatalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

func artifactOperations() []world.Operation {
	return []world.Operation{
		write("CreateProvisioningArtifact", "IdempotencyToken", createArtifact, needs("ProductId", "Parameters")),
		read("DescribeProvisioningArtifact", describeArtifact),
		write("UpdateProvisioningArtifact", "", updateArtifact, needs("ProductId", "ProvisioningArtifactId"),
			limit("Name", 8192), limit("Description", 8192)),
		write("DeleteProvisioningArtifact", "", deleteArtifact, needs("ProductId", "ProvisioningArtifactId")),
		read("ListProvisioningArtifacts", listArtifacts, needs("ProductId")),
	}
}

// createArtifact makes a version. There is no draft: it is live for every receiver once
// AVAILABLE (CT-13).
func createArtifact(c *world.Call, in *servicecatalog.CreateProvisioningArtifactInput) (*servicecatalog.CreateProvisioningArtifactOutput, error) {
	p, err := ownProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	a, err := addArtifact(c, p, in.Parameters)
	if err != nil {
		return nil, err
	}
	return &servicecatalog.CreateProvisioningArtifactOutput{
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: a.status(c),
	}, nil
}

func addArtifact(c *world.Call, p product, in *types.ProvisioningArtifactProperties) (artifact, error) {
	if err := wellFormed(p, in); err != nil {
		return artifact{}, err
	}
	body, err := bodyOf(c, p, in)
	if err != nil {
		return artifact{}, err
	}
	return p.store(c, artifact{
		Name: val(in.Name), Description: val(in.Description), Type: p.Type, URL: in.Info["LoadTemplateFromURL"],
		Guidance: string(types.ProvisioningArtifactGuidanceDefault), Active: true, fate: makingVersion.start(c),
	}, body)
}

// store keeps a new version of the product, under an id of its own.
func (p product) store(c *world.Call, a artifact, body []byte) (artifact, error) {
	have := artifactsOf(c, p.ID)
	if err := maxVersions.room(c, len(have)); err != nil {
		return a, err
	}
	if busy(c, have, "") {
		if switched(c, clashNotFound) {
			return a, notFound("Product %s not found.", p.ID)
		}
		if switched(c, clashHangs) {
			a.Due = c.Now.AddDate(100, 0, 0)
		}
	}
	a.ID, a.Product, a.Created, a.Number = newID(c, "pa-"), p.ID, c.Now, 1
	if n := len(have); n > 0 {
		a.Number = have[n-1].Number + 1
	}
	world.Put(c, under(kindArtifact, p.ID), a.ID, a)
	world.Put(c, kindTemplate, a.ID, body)
	return a, nil
}

// busy says whether a version other than one is still CREATING (CT-3).
func busy(c *world.Call, have []artifact, but string) bool {
	return slices.ContainsFunc(have, func(a artifact) bool { return a.ID != but && !a.over(c) })
}

func wellFormed(p product, in *types.ProvisioningArtifactProperties) error {
	switch {
	case in == nil:
		return invalid("ProvisioningArtifactParameters must be given for a product of type %s.", p.Type)
	case strings.ContainsAny(val(in.Name), " \t\r\n"):
		return invalid("The name of a provisioning artifact must not contain spaces.")
	case len(val(in.Name)) > 8192 || len(val(in.Description)) > 8192:
		return violated("Value at 'parameters' failed to satisfy constraint: Member must have length less than or equal to 8192")
	case in.Type != "" && string(in.Type) != p.Type:
		return invalid("Provisioning artifact type %s does not fit a product of type %s.", in.Type, p.Type)
	case len(in.Info) != 1 || in.Info["LoadTemplateFromURL"] == "" && in.Info["ImportFromPhysicalId"] == "":
		return invalid("Info must have exactly one key: LoadTemplateFromURL or ImportFromPhysicalId.")
	}
	return nil
}

// bodyOf is a version's template: an object that the caller may read, or that of a stack.
func bodyOf(c *world.Call, p product, in *types.ProvisioningArtifactProperties) ([]byte, error) {
	id := in.Info["ImportFromPhysicalId"]
	if id == "" {
		return loadTemplate(c, in.Info["LoadTemplateFromURL"], in.DisableTemplateValidation || p.Type == external)
	}
	if p.Type == external {
		return nil, invalid("A product of type %s has no version from a stack.", p.Type)
	}
	stack, err := importable(c, id)
	return []byte(stack.Template), err
}

// loadTemplate reads the template as the caller may read it, and judges it unless told not to.
func loadTemplate(c *world.Call, url string, trust bool) ([]byte, error) {
	object, err := world.ObjectByURL(c, url)
	if err != nil {
		return nil, invalid("Access denied while accessing template: %s (%v)", url, err)
	}
	if trust {
		return object.Body, nil
	}
	return object.Body, validTemplate(object.Body)
}

// late are the faults that CloudFormation finds only when it makes the resource.
var late = []string{cfn.CodeProperty, cfn.CodeRequired, cfn.CodeType, cfn.CodeTransform}

// validTemplate judges a template as ValidateTemplate does.
func validTemplate(body []byte) error {
	t, faults := cfn.Parse("template", body)
	if t != nil {
		faults = append(faults, t.Check()...)
	}
	for _, f := range faults {
		if f.Severity != "warning" && !slices.Contains(late, f.Code) {
			return invalid("Invalid templateBody. Please make sure that your template is valid: %s", f)
		}
	}
	return nil
}

func describeArtifact(c *world.Call, in *servicecatalog.DescribeProvisioningArtifactInput) (*servicecatalog.DescribeProvisioningArtifactOutput, error) {
	p, err := adminProduct(c, val(in.ProductId), val(in.ProductName))
	if err != nil {
		return nil, err
	}
	owner := c.In(p.Account, p.Region)
	a, err := artifactBy(owner, p, val(in.ProvisioningArtifactId), val(in.ProvisioningArtifactName))
	if err != nil {
		return nil, err
	}
	out := &servicecatalog.DescribeProvisioningArtifactOutput{
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: a.status(c),
	}
	if in.IncludeProvisioningArtifactParameters {
		t, err := templateOf(owner, a)
		if err != nil {
			return nil, err
		}
		out.ProvisioningArtifactParameters = parameters(t)
	}
	return out, nil
}

func updateArtifact(c *world.Call, in *servicecatalog.UpdateProvisioningArtifactInput) (*servicecatalog.UpdateProvisioningArtifactOutput, error) {
	p, err := ownProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	a, err := artifactBy(c, p, *in.ProvisioningArtifactId, "")
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(val(in.Name), " \t\r\n") {
		return nil, invalid("The name of a provisioning artifact must not contain spaces.")
	}
	if in.Guidance != "" {
		if !slices.Contains(in.Guidance.Values(), in.Guidance) {
			return nil, violated("Value '%s' at 'guidance' failed to satisfy constraint: Member must satisfy enum value set", in.Guidance)
		}
		a.Guidance = string(in.Guidance)
	}
	if in.Active != nil {
		a.Active = *in.Active
	}
	set(&a.Name, in.Name)
	set(&a.Description, in.Description)
	world.Put(c, under(kindArtifact, p.ID), a.ID, a)
	return &servicecatalog.UpdateProvisioningArtifactOutput{
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: a.status(c),
	}, nil
}

// deleteArtifact deletes a version, also one in use, whose provisioned products stay (CT-15).
func deleteArtifact(c *world.Call, in *servicecatalog.DeleteProvisioningArtifactInput) (*servicecatalog.DeleteProvisioningArtifactOutput, error) {
	p, err := ownProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	a, err := artifactBy(c, p, *in.ProvisioningArtifactId, "")
	if err != nil {
		return nil, err
	}
	have := artifactsOf(c, p.ID)
	if busy(c, have, a.ID) && switched(c, clashNotFound) {
		return nil, notFound("Provisioning artifact %s of product %s not found.", a.ID, p.ID)
	}
	if len(have) == 1 {
		return nil, inUse("Provisioning artifact %s is the last one of product %s and cannot be deleted.", a.ID, p.ID)
	}
	dropArtifact(c, a)
	return &servicecatalog.DeleteProvisioningArtifactOutput{}, nil
}

func dropArtifact(c *world.Call, a artifact) {
	world.Remove(c, under(kindArtifact, a.Product), a.ID)
	world.Remove(c, kindTemplate, a.ID)
	dropActions(c, a.ID)
}

// listArtifacts gives one page, and a token where there are more, which the operation does
// not take (CT-16).
func listArtifacts(c *world.Call, in *servicecatalog.ListProvisioningArtifactsInput) (*servicecatalog.ListProvisioningArtifactsOutput, error) {
	p, err := receivedProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	all := artifactsOf(c.In(p.Account, p.Region), p.ID)
	out := &servicecatalog.ListProvisioningArtifactsOutput{}
	if most := maxListed.max(c); len(all) > most {
		all, out.NextPageToken = all[:most], new(newID(c, ""))
	}
	for _, a := range all {
		out.ProvisioningArtifactDetails = append(out.ProvisioningArtifactDetails, *a.detail())
	}
	return out, nil
}

// artifactsOf gives a product's versions in the order they were made. The call is the owner's.
func artifactsOf(c *world.Call, product string) []artifact {
	all := world.List[artifact](c, under(kindArtifact, product))
	slices.SortFunc(all, func(a, b artifact) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// artifactBy finds a version by id or, where it is the only one of that name, by name.
func artifactBy(owner *world.Call, p product, id, name string) (artifact, error) {
	if (id == "") == (name == "") {
		return artifact{}, invalid("Give the provisioning artifact's id or its name, and not both.")
	}
	if id != "" {
		a, ok := world.Get[artifact](owner, under(kindArtifact, p.ID), id)
		if !ok {
			return a, notFound("Provisioning artifact %s of product %s not found.", id, p.ID)
		}
		return a, nil
	}
	found := slices.DeleteFunc(artifactsOf(owner, p.ID), func(a artifact) bool { return a.Name != name })
	if len(found) != 1 {
		return artifact{}, notFound("%d provisioning artifacts of product %s have the name %s.", len(found), p.ID, name)
	}
	return found[0], nil
}

func templateBody(owner *world.Call, a artifact) []byte {
	body, _ := world.Get[[]byte](owner, kindTemplate, a.ID)
	return body
}

func templateOf(owner *world.Call, a artifact) (*cfn.Template, error) {
	t, faults := cfn.Parse(a.ID, templateBody(owner, a))
	if t == nil || faults.Err() != nil {
		return nil, invalid("The template of provisioning artifact %s is not valid: %s", a.ID, faults)
	}
	return t, nil
}

// shown is the version as an end user sees it.
func (a artifact) shown() types.ProvisioningArtifact {
	return types.ProvisioningArtifact{
		Id: new(a.ID), Name: opt(a.Name), Description: opt(a.Description), CreatedTime: new(a.Created),
		Guidance: types.ProvisioningArtifactGuidance(a.Guidance),
	}
}

func (a artifact) info() map[string]string { return map[string]string{"TemplateUrl": a.URL} }

func (a artifact) detail() *types.ProvisioningArtifactDetail {
	return &types.ProvisioningArtifactDetail{
		Id: new(a.ID), Name: opt(a.Name), Description: opt(a.Description), Active: new(a.Active), CreatedTime: new(a.Created),
		Guidance: types.ProvisioningArtifactGuidance(a.Guidance), Type: types.ProvisioningArtifactType(a.Type),
	}
}

func summaries(all []artifact) []types.ProvisioningArtifactSummary {
	var out []types.ProvisioningArtifactSummary
	for _, a := range all {
		out = append(out, types.ProvisioningArtifactSummary{
			Id: new(a.ID), Name: opt(a.Name), Description: opt(a.Description), CreatedTime: new(a.Created),
		})
	}
	return out
}
