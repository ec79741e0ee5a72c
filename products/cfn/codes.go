package cfn

// The codes of a template's faults. A code means one thing, and never another.
const (
	CodeUnreadable  = "AXLE2200" // the text is neither YAML nor JSON
	CodeForeign     = "AXLE2201" // the file is something else: Terraform, HTML, an archive
	CodeTooLarge    = "AXLE2202" // more bytes than CloudFormation reads
	CodeShape       = "AXLE2203" // a value of the wrong kind, or an entry without what it must have
	CodeKey         = "AXLE2204" // a section or an attribute that CloudFormation does not know
	CodeNoResources = "AXLE2205" // nothing to make
	CodeLimit       = "AXLE2206" // more, or longer, than CloudFormation allows
	CodeName        = "AXLE2207" // a logical id that is malformed or taken
	CodeVersion     = "AXLE2208" // AWSTemplateFormatVersion
	CodeTransform   = "AXLE2209" // a macro in Transform
	CodeType        = "AXLE2210" // a resource type that does not exist
	CodeProperty    = "AXLE2211" // a property the type does not have
	CodeRequired    = "AXLE2212" // a property the type must have
	CodeReference   = "AXLE2213" // Ref, Fn::GetAtt or DependsOn names nothing
	CodeAttribute   = "AXLE2214" // Fn::GetAtt of an attribute the type does not have
	CodeSub         = "AXLE2215" // a variable of Fn::Sub that is not defined
	CodeCondition   = "AXLE2216" // a condition that is not defined
	CodeMapping     = "AXLE2217" // a mapping or a key of it that is not there
	CodeCycle       = "AXLE2218" // resources or conditions that need each other
	CodeFunction    = "AXLE2219" // an intrinsic function that is unknown or wrongly written
	CodeParameter   = "AXLE2220" // a parameter's declaration contradicts itself
	CodeValue       = "AXLE2221" // a parameter's value that its declaration refuses
	CodeNoParameter = "AXLE2222" // a value for a parameter that is not there
	CodeNoValue     = "AXLE2223" // a parameter without value or default
	CodeNull        = "AXLE2224" // null where CloudFormation takes none
	CodePattern     = "AXLE2225" // an AllowedPattern that cannot be judged here
	CodeMacro       = "AXLE2226" // Fn::Transform, Fn::ForEach or a macro inside the template

	CodeSecretOutput = "AXLE2472" // an output that would print a secret
	CodeTemplateHost = "AXLE2473" // a nested template from elsewhere
	CodeHardcoded    = "AXLE2476" // warning: an account or a region that stands in a property
)
