package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

var parameterKeys = []string{"AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description",
	"MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho", "Type"}

// resourceTypes are the parameter types whose values are somebody's ids; each also as List<…>.
var resourceTypes = []string{"AWS::EC2::AvailabilityZone::Name", "AWS::EC2::Image::Id", "AWS::EC2::Instance::Id",
	"AWS::EC2::KeyPair::KeyName", "AWS::EC2::SecurityGroup::GroupName", "AWS::EC2::SecurityGroup::Id",
	"AWS::EC2::Subnet::Id", "AWS::EC2::VPC::Id", "AWS::EC2::Volume::Id", "AWS::Route53::HostedZone::Id"}

// parameterTypes is the list of all.
func parameterTypes() []string {
	plain := append([]string{"String"}, resourceTypes...)
	out := []string{"String", "Number", "CommaDelimitedList", "List<Number>", "AWS::SSM::Parameter::Name",
		"AWS::SSM::Parameter::Value<CommaDelimitedList>"}
	for _, name := range plain {
		out = append(out, "List<"+name+">", "AWS::SSM::Parameter::Value<"+name+">", "AWS::SSM::Parameter::Value<List<"+name+">>")
	}
	return append(out, resourceTypes...)
}

// parameter judges a declaration by itself, its default by its own restrictions.
func (c *checker) parameter(p Parameter) {
	path := p.path()
	at := func(key string) *document.Node {
		if n := p.Node.Get(key); n != nil {
			return n
		}
		return p.Node
	}
	c.keys(p.Node, path, parameterKeys)
	if all := parameterTypes(); !slices.Contains(all, p.Type) {
		c.fault(at("Type"), CodeParameter, path+".Type", "unknown parameter type "+quote(p.Type), document.DidYouMean(p.Type, all))
	}
	if p.MinLength != nil && p.MaxLength != nil && *p.MinLength > *p.MaxLength {
		c.fault(at("MinLength"), CodeParameter, path, fmt.Sprintf("MinLength %d is above MaxLength %d", *p.MinLength, *p.MaxLength), "")
	}
	if p.MinValue != nil && p.MaxValue != nil && *p.MinValue > *p.MaxValue {
		c.fault(at("MinValue"), CodeParameter, path, fmt.Sprintf("MinValue %v is above MaxValue %v", *p.MinValue, *p.MaxValue), "")
	}
	if (p.MinValue != nil || p.MaxValue != nil) && !strings.Contains(p.Type, "Number") {
		c.fault(p.Node, CodeParameter, path, "MinValue and MaxValue are for numbers, and "+p.Name+" is a "+p.Type, "use MinLength, MaxLength or AllowedPattern")
	}
	if _, err := compilePattern(p.AllowedPattern); err != nil {
		d := c.t.diag(at("AllowedPattern"), CodePattern, path+".AllowedPattern", "AllowedPattern of "+p.Name+" cannot be judged: "+err.Error(),
			"write it without lookbehind, backreferences and possessive repetition; until then every value of "+p.Name+" is refused")
		d.Severity = document.SeverityWarning
		c.found = append(c.found, d)
		return
	}
	c.description(p.Node.Get("Description"), path+".Description")
	if p.Default != nil {
		if reason := p.refuses(*p.Default); reason != "" {
			c.fault(at("Default"), p.refusal(*p.Default), path+".Default", p.says("Default", *p.Default, reason), "")
		}
	}
}

// refusal is the code of a default that its declaration refuses: too long is a limit.
func (p Parameter) refusal(text string) string {
	if len(text) > maxValue {
		return CodeLimit
	}
	return CodeParameter
}

func (p Parameter) says(what, text, reason string) string {
	if len(text) > maxValue {
		return "value of " + p.Name + " " + reason
	}
	return what + " of " + p.Name + " " + reason
}
