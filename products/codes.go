package products

// The codes of what is wrong with a product beside its template.
const (
	codeExists      = "AXLE2300" // the version is published with other content
	codeOlder       = "AXLE2301" // the version is older than the last published
	codeTooSmall    = "AXLE2302" // the version does not rise as the changes need
	codeSame        = "AXLE2303" // notice: another version has the same content
	codeUnread      = "AXLE2304" // a file of the product cannot be read
	codeOutside     = "AXLE2305" // a file lies outside the repository
	codeNoParameter = "AXLE2306" // product.yaml speaks of a parameter that the template does not have
	codeDisagree    = "AXLE2307" // product.yaml and the template contradict each other
	codeFixed       = "AXLE2308" // fixed does not hold
	codeAsset       = "AXLE2309" // local assets are not published
	codeNotEnforced = "AXLE2310" // warning: product.yaml promises what the template does not hold
	codeChange      = "AXLE2311" // one change that needs a larger version
	codeVersion     = "AXLE2312" // not a semantic version
	codeByHand      = "AXLE2770" // lifecycle has a form that is not edited
)
