package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// licenceTopics are those of pipeline.yaml that ask for news of licences; a repository without one has
// none.
func (w *workshop) licenceTopics(ctx context.Context, ref string) (all []pipeline.Topic, err error) {
	c, err := w.commit(ctx, ref)
	var file *pipeline.File
	if err == nil {
		file, err = w.pipelineAt(ctx, c.SHA)
	}
	if code := document.CodeOf(err); code == codeNoPipeline || code == "AXLE1501" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, t := range stages.Topics(file) {
		if t.Wants(market.LicenceEnding) || t.Wants(market.LicenceEnded) {
			all = append(all, t)
		}
	}
	return all, nil
}

// tellNews tells each topic what it was not told yet of licences that end (LIC-12). What goes wrong
// with it is a warning, and the next pass tells.
func (c *counter) tellNews(ctx context.Context, e market.Estate, organization string) (sent int) {
	warn := func(summary string, err error) {
		d := document.Diagnostic{Code: "AXLE3422", Severity: document.SeverityWarning, Summary: summary + ": " + err.Error(), Hint: "the next pass tells"}
		c.showFrames(document.Diagnostics{d})
	}
	if ctx.Err() != nil {
		return 0
	}
	topics, err := c.topics(ctx)
	if err != nil {
		warn("nobody was told of licences that end", err)
		return 0
	}
	if len(topics) == 0 {
		return 0
	}
	marks, err := c.books.Marks(ctx)
	if err != nil {
		warn("nobody was told of licences that end", err)
		return 0
	}
	news := market.LicenceNews(e, marks, c.cloud.now())
	for _, t := range topics {
		n, err := c.tellTopic(ctx, t, news, organization)
		if sent += n; n > 0 {
			c.tell("told %s: %s", t.ARN, count(n, "notice"))
		}
		if err != nil {
			warn(t.ARN+" was not told of everything", err)
		}
	}
	return sent
}

// tellTopic goes as far as it goes. Passes of one organization claim under one name, since one at a
// time is made: what a killed one began is this one's to send.
func (c *counter) tellTopic(ctx context.Context, t pipeline.Topic, news []market.News, organization string) (sent int, err error) {
	for _, n := range news {
		if !t.Wants(n.Event) {
			continue
		}
		m := n.Message(organization, t.ARN, c.cloud.now())
		mine, err := c.cloud.known.Claim(ctx, "licences:"+organization, m.ID, c.cloud.now())
		if err != nil {
			return sent, err
		}
		if !mine {
			continue
		}
		err = c.desk.Tell(ctx, t.ARN, m)
		if err = errors.Join(err, c.cloud.known.Settle(context.WithoutCancel(ctx), m.ID, err == nil)); err != nil {
			return sent, fmt.Errorf("%s of %s: %w", n.Event, n.SKU, err)
		}
		sent++
	}
	return sent, nil
}
