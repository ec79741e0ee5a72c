package aws

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// copy makes a copy with its first version, or adds a version to it.
func (s *spoke) copy(ctx context.Context, c catalog.Change) error {
	if c.Version != nil {
		return s.copyVersion(ctx, c, *c.Version)
	}
	if err := s.copyVersion(ctx, c, c.NewProduct.Versions[0]); err != nil {
		return err
	}
	return s.updateProduct(ctx, c) // its tags, which say whose copy it is
}

// copyVersion copies a version, and gives the copy the description and the state of its source.
func (s *spoke) copyVersion(ctx context.Context, c catalog.Change, v catalog.Version) error {
	known, err := s.copied(ctx, c.Product)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, v.Same) {
		if err := s.copyOver(ctx, c, v); err != nil {
			return err
		}
	}
	return s.settle(ctx, c.Product, v, known)
}

// copied are the versions of a copy: none where there is no copy yet.
func (s *spoke) copied(ctx context.Context, key string) ([]catalog.Version, error) {
	if s.ids["product/"+key] == "" {
		return nil, nil
	}
	return s.versions(ctx, s.ids["product/"+key], nil)
}

// copyOver copies a version into the copy, or into a new one, and waits for the end. The action
// is pinned before it is waited for: a killed run goes on with it.
func (s *spoke) copyOver(ctx context.Context, c catalog.Change, v catalog.Version) error {
	key := copyKey(c.Product, v)
	if action := s.pin("copy", key); action != "" {
		if err := s.copying(ctx, c.Product, v, action); !answered(err, missing) {
			return err
		}
	}
	in, err := s.copyInput(ctx, c, v)
	if err != nil {
		return err
	}
	look := func(ctx context.Context) (string, error) { return s.copyThere(ctx, c, v) }
	action, err := s.once(ctx, op{"servicecatalog", "CopyProduct", createOn}, look, func(ctx context.Context) (string, error) {
		out, err := s.catalog.CopyProduct(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.CopyProductToken), nil
	})
	if err != nil || action == there {
		return err
	}
	if err := s.setPin("copy", key, action); err != nil {
		return err
	}
	return s.copying(ctx, c.Product, v, action)
}

func copyKey(product string, v catalog.Version) string {
	return product + "/" + v.Name + "/" + v.Digest
}

// there stands for the action of a copy that was found made, though the answer was lost.
const there = "there"

func (s *spoke) copyThere(ctx context.Context, c catalog.Change, v catalog.Version) (string, error) {
	if s.ids["product/"+c.Product] == "" {
		id, err := s.search(ctx, s.productKind(), c.Product, c.NewProduct.Name)
		if err != nil || id == "" {
			return "", err
		}
		s.ids["product/"+c.Product] = id
		return there, nil
	}
	known, err := s.copied(ctx, c.Product)
	if err == nil && slices.ContainsFunc(known, v.Same) {
		return there, nil
	}
	return "", err
}

func (s *spoke) copyInput(ctx context.Context, c catalog.Change, v catalog.Version) (*servicecatalog.CopyProductInput, error) {
	source, target := s.home.ids["product/"+c.Product], s.ids["product/"+c.Product]
	version, err := s.home.versionOf(ctx, catalog.Change{Product: c.Product, Version: &v})
	if err == nil && version == "" {
		err = document.Fail("AXLE3271", fmt.Sprintf("the hub has no version %s of %s%s to copy", v.Name, c.Product, s.home.place), "run again: the plan follows what the hub has", nil)
	}
	if err != nil {
		return nil, err
	}
	last := s.pin("version", copyKey(c.Product, v)) // a copy that was lost is made by another token
	in := &servicecatalog.CopyProductInput{TargetProductId: text(target),
		SourceProductArn:                      sdk.String(fmt.Sprintf("arn:%s:catalog:%s:%s:product/%s", partition(s.site.region), s.site.region, s.home.account, source)),
		SourceProvisioningArtifactIdentifiers: []map[string]string{{string(types.ProvisioningArtifactPropertyNameId): version}},
		IdempotencyToken:                      sdk.String(token("CopyProduct", s.place, version+target+last, v.Digest))}
	if target == "" {
		in.TargetProductName = &c.NewProduct.Name
	}
	return in, nil
}

// copying waits for the end of a copy.
func (s *spoke) copying(ctx context.Context, key string, v catalog.Version, action string) error {
	var out *servicecatalog.DescribeCopyProductStatusOutput
	err := s.poll(ctx, "the copy of "+key+" "+v.Name, objectPause, func() (done bool, err error) {
		out, err = call(ctx, s.site, op{"servicecatalog", "DescribeCopyProductStatus", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeCopyProductStatusOutput, error) {
			return s.catalog.DescribeCopyProductStatus(ctx, &servicecatalog.DescribeCopyProductStatusInput{CopyProductToken: &action})
		})
		return err == nil && out.CopyProductStatus != types.CopyProductStatusInProgress, err
	})
	if err != nil {
		return err
	}
	if err := s.setPin("copy", copyKey(key, v), ""); err != nil {
		return err
	}
	if out.CopyProductStatus != types.CopyProductStatusSucceeded {
		if err := s.setPin("version", copyKey(key, v), action); err != nil {
			return err
		}
		return document.Fail("AXLE3272", fmt.Sprintf("AWS could not copy %s %s%s: %s", key, v.Name, s.place, sdk.ToString(out.StatusDetail)), "run again: it is copied anew", nil)
	}
	id := sdk.ToString(out.TargetProductId)
	s.ids["product/"+key], s.made[id] = id, true
	return s.setPin("product", key, id)
}

// settle gives the copied version its description, by which it is known, and its state. AWS does
// not say whether a copy keeps the description of its source: else it is the newcomer of its name.
func (s *spoke) settle(ctx context.Context, key string, v catalog.Version, known []catalog.Version) error {
	id := ""
	err := s.poll(ctx, "version "+v.Name+" of the copy of "+key, objectPause, func() (bool, error) {
		all, err := s.copied(ctx, key)
		for _, h := range all {
			old := slices.ContainsFunc(known, func(k catalog.Version) bool { return k.ID == h.ID })
			if v.Same(h) || !old && h.Name == v.Name && h.Digest == "" {
				id = h.ID
			}
		}
		return id != "", err
	})
	if err != nil {
		return err
	}
	if err := s.setPin("version", copyKey(key, v), id); err != nil {
		return err
	}
	return s.describe(ctx, key, id, v)
}

func (s *spoke) describe(ctx context.Context, key, id string, v catalog.Version) error {
	product := s.ids["product/"+key]
	in := &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &id, Description: sdk.String(v.Description()),
		Active: &v.Active, Guidance: types.ProvisioningArtifactGuidance(v.Guidance)}
	o := op{"servicecatalog", "UpdateProvisioningArtifact", s.effect(repeatable, product)}
	_, err := call(ctx, s.site, o, func(ctx context.Context) (*servicecatalog.UpdateProvisioningArtifactOutput, error) {
		return s.catalog.UpdateProvisioningArtifact(ctx, in)
	})
	return err
}

func (s *spoke) updateCopy(ctx context.Context, c catalog.Change) error {
	if c.Version == nil {
		return s.updateProduct(ctx, c)
	}
	return s.settle(ctx, c.Product, *c.Version, nil)
}

// dropCopy deletes a copied version that the hub no longer has. One that somebody runs stays:
// without it, nothing could be done with what was launched from it (CT-15).
func (s *spoke) dropCopy(ctx context.Context, c catalog.Change) error {
	all, err := s.copied(ctx, c.Product)
	i := slices.IndexFunc(all, c.Version.Same)
	if err != nil || i < 0 {
		return err
	}
	product, id := s.ids["product/"+c.Product], all[i].ID
	launched, err := s.launched(ctx)
	if err != nil {
		return err
	}
	if j := slices.IndexFunc(launched, func(l catalog.Launched) bool { return l.VersionID == id }); j >= 0 {
		return document.Fail("AXLE2686", fmt.Sprintf("version %s of the copy of %s%s is still run by %s", c.Version.Name, c.Product, s.place, launched[j].Name),
			"update or terminate what runs it, then run again", nil)
	}
	_, err = call(ctx, s.site, op{"servicecatalog", "DeleteProvisioningArtifact", repeatable}, func(ctx context.Context) (*servicecatalog.DeleteProvisioningArtifactOutput, error) {
		return s.catalog.DeleteProvisioningArtifact(ctx, &servicecatalog.DeleteProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &id})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}
