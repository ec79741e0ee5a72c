package servicecatalog

// eventual are the kinds that AWS shows late (CT-2, CT-8). A write that rests on a new portfolio,
// product, version or placement may not find it; what else is new is late in lists and descriptions.
var eventual = map[string]bool{
	kindPortfolio: true, kindProduct: true, kindArtifact: true, kindPlacement: true,
	kindConstraint: false, kindPrincipal: false, kindShare: false, kindTagOption: false, kindTagged: false,
}
