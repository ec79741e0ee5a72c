package cfn

import (
	"strings"
	"testing"
)

// S2: what a text can be is every choice of a launch, in every world; where there may be more, that is said.
func TestSpellings(t *testing.T) {
	const head = `Parameters:
  Size: { Type: String, Default: small, AllowedValues: [small, big] }
  Name: { Type: String, Default: n }
  List: { Type: CommaDelimitedList, Default: "a,b", AllowedValues: ["a,b", "c,d"] }
  Hidden: { Type: String, Default: s3cret, AllowedValues: [s3cret], NoEcho: true }
  Stored: { Type: "AWS::SSM::Parameter::Value<String>", Default: /x, AllowedValues: [/x, /y] }
Mappings: { M: { eu-west-1: { V: one }, us-east-1: { V: two } } }
Conditions: { Big: !Equals [!Ref Size, big] }
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: `
	for _, c := range []struct {
		text, want string
		complete   bool
	}{
		{`x`, "x", true},
		{`!Sub "${Size}!"`, "big!, small!", true},
		{`!If [Big, yes it is, !Sub "${Size} it is"]`, "small it is, yes it is", true},
		{`!Sub "${Size}-${Name}"`, "big-n, small-n", false},
		{`!Join ["", !Ref List]`, "ab, cd", true},
		{`!FindInMap [M, !Ref AWS::Region, V]`, "one, two", true},
		{`!Sub "${AWS::AccountId}"`, "", false},
		{`!Sub "${T.TopicName}"`, "", false},
		{`!Sub "${Hidden}"`, "", false},
		{`!Sub "${Stored}"`, "", false},
		{`[!Ref Size, {A: !Ref AWS::Region}]`, "big, eu-west-1, small, us-east-1", true},
	} {
		tm, ds := Parse("t.yaml", []byte(head+c.text+" }\n"))
		if tm == nil {
			t.Fatal(c.text, ds)
		}
		values, _ := tm.Values(nil)
		env := Env{Params: values}
		got, complete := tm.Spellings(tm.Resource("T").Properties.Get("DisplayName"), env.In("eu-west-1"), env.In("us-east-1"))
		if text := strings.Join(got, ", "); text != c.want || complete != c.complete {
			t.Errorf("%s: %s, complete %t", c.text, text, complete)
		}
	}
	many := strings.Repeat("x,", maxSpellings) + "x"
	tm, _ := Parse("t.yaml", []byte("Parameters: { P: { Type: String, Default: d, AllowedValues: ["+many+"] } }\nResources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref P } } }"))
	values, _ := tm.Values(map[string]string{"P": "x"})
	if got, complete := tm.Spellings(tm.Resources[0].Properties.Get("DisplayName"), Env{Params: values}); complete || strings.Join(got, "") != "x" {
		t.Errorf("too many to look at: %v, complete %t", got, complete)
	}
	if _, complete := new(Template).Spellings(nil); complete {
		t.Error("in no world nothing is known")
	}
}
