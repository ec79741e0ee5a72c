package wire

import (
	"reflect"
	"strings"

	agreement "github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	catalog "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"
)

// unions are the SDK's interfaces that stand for one of several members, and these.
var unions = map[reflect.Type]map[string]reflect.Type{
	reflect.TypeFor[catalog.EntityTypeFilters](): members(
		catalog.EntityTypeFiltersMemberAmiProductFilters{}, catalog.EntityTypeFiltersMemberContainerProductFilters{},
		catalog.EntityTypeFiltersMemberDataProductFilters{}, catalog.EntityTypeFiltersMemberExpressPrivateOfferConfigurationFilters{},
		catalog.EntityTypeFiltersMemberMachineLearningProductFilters{}, catalog.EntityTypeFiltersMemberOfferFilters{},
		catalog.EntityTypeFiltersMemberOfferSetFilters{}, catalog.EntityTypeFiltersMemberResaleAuthorizationFilters{},
		catalog.EntityTypeFiltersMemberSaaSProductFilters{}, catalog.EntityTypeFiltersMemberSubsidiaryAuthorizationFilters{}),
	reflect.TypeFor[catalog.EntityTypeSort](): members(
		catalog.EntityTypeSortMemberAmiProductSort{}, catalog.EntityTypeSortMemberContainerProductSort{},
		catalog.EntityTypeSortMemberDataProductSort{}, catalog.EntityTypeSortMemberExpressPrivateOfferConfigurationSort{},
		catalog.EntityTypeSortMemberMachineLearningProductSort{}, catalog.EntityTypeSortMemberOfferSort{},
		catalog.EntityTypeSortMemberOfferSetSort{}, catalog.EntityTypeSortMemberResaleAuthorizationSort{},
		catalog.EntityTypeSortMemberSaaSProductSort{}, catalog.EntityTypeSortMemberSubsidiaryAuthorizationSort{}),
	reflect.TypeFor[catalog.FrameworkFilters](): members(catalog.FrameworkFiltersMemberAMISecurityFilters{}, catalog.FrameworkFiltersMemberContainerSecurityFilters{}),
	reflect.TypeFor[catalog.FrameworkSummary](): members(catalog.FrameworkSummaryMemberAMISecuritySummary{}, catalog.FrameworkSummaryMemberContainerSecuritySummary{}),
	reflect.TypeFor[agreement.AcceptedTerm](): members(
		agreement.AcceptedTermMemberByolPricingTerm{}, agreement.AcceptedTermMemberConfigurableUpfrontPricingTerm{},
		agreement.AcceptedTermMemberFixedUpfrontPricingTerm{}, agreement.AcceptedTermMemberFreeTrialPricingTerm{},
		agreement.AcceptedTermMemberLegalTerm{}, agreement.AcceptedTermMemberNetPaymentTerm{}, agreement.AcceptedTermMemberPaymentScheduleTerm{},
		agreement.AcceptedTermMemberRecurringPaymentTerm{}, agreement.AcceptedTermMemberRenewalTerm{}, agreement.AcceptedTermMemberSupportTerm{},
		agreement.AcceptedTermMemberUsageBasedPricingTerm{}, agreement.AcceptedTermMemberValidityTerm{}, agreement.AcceptedTermMemberVariablePaymentTerm{}),
	reflect.TypeFor[agreement.PriceIncrease](): members(agreement.PriceIncreaseMemberFixedPercentage{}, agreement.PriceIncreaseMemberPercentageRange{}),
	reflect.TypeFor[agreement.RequestedTermConfiguration](): members(
		agreement.RequestedTermConfigurationMemberConfigurableUpfrontPricingTermConfiguration{},
		agreement.RequestedTermConfigurationMemberRenewalTermConfiguration{}, agreement.RequestedTermConfigurationMemberVariablePaymentTermConfiguration{}),
	reflect.TypeFor[agreement.TermTemplate](): members(agreement.TermTemplateMemberPaymentScheduleTermTemplate{}),
}

// members are a union's, by their names on the wire. Each is a struct with a Value.
func members(of ...any) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, m := range of {
		t := reflect.TypeOf(m)
		all[memberName(t)] = t
	}
	return all
}

func memberName(t reflect.Type) string {
	_, name, _ := strings.Cut(t.Name(), "Member")
	return wireName(t, name)
}

var documentType = reflect.TypeFor[document.Interface]()

// setInterface puts a value into a union, which has one member, or into a document.
func setInterface(dst reflect.Value, v any, path string) *Error {
	if dst.Type() == documentType {
		dst.Set(reflect.ValueOf(document.NewLazyDocument(v)))
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) != 1 {
		return badJSON("%s: not an object with one member", path)
	}
	for name, value := range object {
		t := unions[dst.Type()][name]
		if t == nil {
			return NotHere((path + "." + name)[1:])
		}
		member := reflect.New(t)
		if err := setJSON(member.Elem().FieldByName("Value"), value, path+"."+name); err != nil {
			return err
		}
		dst.Set(member)
	}
	return nil
}

// inside gives what an interface holds: a union's member with its name, or a plain value without one.
func inside(v reflect.Value) (name string, value reflect.Value) {
	if v.IsNil() {
		return "", reflect.Value{}
	}
	if d, ok := v.Interface().(document.Interface); ok {
		return "", reflect.ValueOf(Plain(d))
	}
	member := reflect.Indirect(v.Elem())
	if unions[v.Type()] == nil {
		return "", member
	}
	return memberName(member.Type()), member.FieldByName("Value")
}

// Plain is what a document holds: objects, lists, texts, bools and numbers as they were decoded.
func Plain(d document.Interface) any {
	if held, ok := d.(interface{ Value() any }); ok {
		return held.Value()
	}
	return nil
}
