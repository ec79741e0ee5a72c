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

const maxVersions = 100

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
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: statusAt(c, a.Due),
	}, nil
}

func addArtifact(c *world.Call, p product, in *types.ProvisioningArtifactProperties) (artifact, error) {
	if err := wellFormed(p, in); err != nil {
		return artifact{}, err
	}
	have := artifactsOf(c, p.ID)
	if err := quota(len(have), maxVersions, "versions of a product"); err != nil {
		return artifact{}, err
	}
	url := in.Info["LoadTemplateFromURL"]
	body, err := loadTemplate(c, url, in.DisableTemplateValidation)
	if err != nil {
		return artifact{}, err
	}
	a := artifact{
		ID: newID(c, "pa-"), Product: p.ID, Name: val(in.Name), Description: val(in.Description), Type: p.Type,
		URL: url, Guidance: string(types.ProvisioningArtifactGuidanceDefault), Active: true,
		Created: c.Now, Due: c.Now.Add(creating), Number: 1,
	}
	if n := len(have); n > 0 {
		a.Number = have[n-1].Number + 1
	}
	world.Put(c, under(kindArtifact, p.ID), a.ID, a)
	world.Put(c, kindTemplate, a.ID, body)
	return a, nil
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
	case in.Info["ImportFromPhysicalId"] != "":
		return notHere("CreateProvisioningArtifact with ImportFromPhysicalId")
	case in.Info["LoadTemplateFromURL"] == "" || len(in.Info) > 1:
		return invalid("Info must have exactly one key: LoadTemplateFromURL.")
	}
	return nil
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
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: statusAt(c, a.Due),
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
		ProvisioningArtifactDetail: a.detail(), Info: a.info(), Status: statusAt(c, a.Due),
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
	if len(artifactsOf(c, p.ID)) == 1 {
		return nil, inUse("Provisioning artifact %s is the last one of product %s and cannot be deleted.", a.ID, p.ID)
	}
	dropArtifact(c, a)
	return &servicecatalog.DeleteProvisioningArtifactOutput{}, nil
}

func dropArtifact(c *world.Call, a artifact) {
	world.Remove(c, under(kindArtifact, a.Product), a.ID)
	world.Remove(c, kindTemplate, a.ID)
}

// listArtifacts never gives a page token: AWS's takes none (CT-16), and the quota of
// versions keeps the list whole.
func listArtifacts(c *world.Call, in *servicecatalog.ListProvisioningArtifactsInput) (*servicecatalog.ListProvisioningArtifactsOutput, error) {
	p, err := receivedProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	out := &servicecatalog.ListProvisioningArtifactsOutput{}
	for _, a := range artifactsOf(c.In(p.Account, p.Region), p.ID) {
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
	found := slices.DeleteFunc(artifactsOf(owner, p.ID), func(a artifact) bool { return a.ID != id && (name == "" || a.Name != name) })
	if len(found) != 1 {
		return artifact{}, notFound("Provisioning artifact %s of product %s not found.", id+name, p.ID)
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
