package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/catalog"
)

// Survey reads what stands in every region of the hub beside what have carries: portfolios and
// products of whatever origin, what is attached to ours, and the objects behind our versions. It
// changes nothing, and needs no role but the hub's. Regions that fail are in catalog.RegionErrors.
func (h *Hub) Survey(ctx context.Context, have catalog.Catalog) (catalog.Survey, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	failed := catalog.RegionErrors{}
	var all catalog.Survey
	for _, name := range h.at.Regions {
		wg.Go(func() {
			one := survey{region: h.region(name), have: have.In(name)}
			err := one.read(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed[name] = err
				return
			}
			all.Standing = append(all.Standing, one.Standing...)
			all.Extras = append(all.Extras, one.Extras...)
			all.Templates = append(all.Templates, one.Templates...)
		})
	}
	wg.Wait()
	if len(failed) > 0 {
		return all, failed
	}
	return all, nil
}

// survey is one region's, in the making.
type survey struct {
	*region
	have catalog.Catalog
	catalog.Survey
}

func (v *survey) read(ctx context.Context) error {
	return errors.Join(v.portfolios(ctx), v.products(ctx), v.attached(ctx), v.acting(ctx), v.templates(ctx))
}

func (v *survey) portfolios(ctx context.Context) error {
	list, err := v.listPortfolios(ctx)
	for _, l := range list {
		out, err := v.describePortfolio(ctx, l.id)
		if err != nil {
			return err
		}
		v.Standing = append(v.Standing, catalog.Standing{Region: v.region.region(), Kind: "portfolio", ID: l.id, Name: l.name, Key: tagMap(out.Tags)[catalog.TagKey]})
		v.options(l.id, out.TagOptions)
	}
	return err
}

func (v *survey) products(ctx context.Context) error {
	list, err := v.listProducts(ctx)
	for _, l := range list {
		out, err := v.describeProduct(ctx, l.id)
		if err != nil {
			return err
		}
		v.Standing = append(v.Standing, catalog.Standing{Region: v.region.region(), Kind: "product", ID: l.id, Name: l.name, Key: tagMap(out.Tags)[catalog.TagKey],
			Synced: source(out.ProductViewDetail.SourceConnection)})
	}
	return err
}

// source is what a product is synced from, "" for one that is not.
func source(s *types.SourceConnectionDetail) string {
	switch {
	case s == nil:
		return ""
	case s.ConnectionParameters == nil || s.ConnectionParameters.CodeStar == nil:
		return string(s.Type)
	}
	c := s.ConnectionParameters.CodeStar
	return fmt.Sprintf("%s %s %s", sdk.ToString(c.Repository), sdk.ToString(c.Branch), sdk.ToString(c.ArtifactPath))
}

// extra notes what is attached to something by its id, if that is ours.
func (v *survey) extra(kind, to, id, what string) {
	if key := v.have.KeyOf(v.region.region(), to); key != "" {
		v.Extras = append(v.Extras, catalog.Extra{Region: v.region.region(), Kind: kind, ID: id, On: key, What: what})
	}
}

func (v *survey) options(to string, all []types.TagOptionDetail) {
	for _, o := range all {
		v.extra("tag option", to, sdk.ToString(o.Id), sdk.ToString(o.Key)+"="+sdk.ToString(o.Value))
	}
}

// attached are budgets, and portfolios made by hand that one of our products is in.
func (v *survey) attached(ctx context.Context) error {
	for _, p := range v.have.Portfolios {
		if err := v.charged(ctx, p.ID, nil); err != nil {
			return err
		}
	}
	for _, p := range v.have.Products {
		if err := v.charged(ctx, p.ID, p.Budgets); err != nil {
			return err
		}
		in, err := v.portfoliosOf(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, id := range in {
			i := slices.IndexFunc(v.Standing, func(t catalog.Standing) bool { return t.ID == id && t.Key == "" && v.have.KeyOf(t.Region, id) == "" })
			if i >= 0 {
				v.extra("portfolio", p.ID, id, "it is offered in "+v.Standing[i].Name+", which is not git's")
			}
		}
	}
	return nil
}

// charged notes a resource's budgets that the model does not carry.
func (v *survey) charged(ctx context.Context, id string, known []string) error {
	all, err := v.budgets(ctx, id)
	for _, b := range all {
		if !slices.Contains(known, b) {
			v.extra("budget", id, b, b)
		}
	}
	return err
}

// acting are the service actions on our versions that the model does not carry.
func (v *survey) acting(ctx context.Context) error {
	all, err := v.region.actions(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		err := v.versionsWith(ctx, a.ID, func(product, version string) {
			p := v.have.Product(v.region.region(), v.have.KeyOf(v.region.region(), product))
			if on := p.VersionByID(version); on != nil && !slices.Contains(on.Actions, a.Name) {
				v.extra("service action", product, a.ID, a.Name+" on version "+on.Name)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// templates reads the object that lies under each version's digest.
func (v *survey) templates(ctx context.Context) error {
	for _, p := range v.have.Products {
		for _, one := range p.Versions {
			if one.Digest == "" {
				continue
			}
			bucket, key := v.object(p.Key, p.Kind(), one.Digest)
			data, err := v.get(ctx, bucket, key)
			if err != nil && !coded(err, "NoSuchKey", "NotFound") {
				return err
			}
			t := catalog.Template{Region: v.region.region(), Product: p.Key, Version: one.Name, Place: "s3://" + bucket + "/" + key}
			if err == nil {
				t.Digest = digestOf(data)
			}
			v.Templates = append(v.Templates, t)
		}
	}
	return nil
}

// object is where the template, or the source, of a version lies.
func (r *region) object(product, kind, digest string) (bucket, key string) {
	_, hex, _ := strings.Cut(digest, ":")
	name := "template.yaml"
	if kind == string(types.ProductTypeExternal) {
		name = "source.tar.gz"
	}
	return r.hub.at.Bucket + "-" + r.account + "-" + r.region(), product + "/" + hex + "/" + name
}

// largest object that is a version's, and one byte more to tell: a template has 1 MiB at most, a
// source of Terraform what a repository holds.
const largest = 64<<20 + 1

func (s *site) get(ctx context.Context, bucket, key string) ([]byte, error) {
	return call(ctx, s, op{"s3", "GetObject", repeatable}, func(ctx context.Context) ([]byte, error) {
		out, err := s.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return nil, err
		}
		defer out.Body.Close()
		data, err := io.ReadAll(io.LimitReader(out.Body, largest))
		if err != nil { // the reply broke off, as one that cannot be decoded (RT02)
			err = &smithy.DeserializationError{Err: err}
		}
		return data, err
	})
}
