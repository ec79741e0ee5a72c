package secrets

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// planted are places of infrastructure code where § is a secret. The files are written here and at
// test time, so that no file of this repository holds what looks like one. M12
var planted = []struct{ path, text string }{
	{"t.yaml", "Parameters:\n  DbPassword:\n    Type: String\n    Default: §\n"},
	{"t.json", `{"Parameters": {"AdminPassword": {"Type": "String", "Default": "§"}}}`},
	{"t.template", "Parameters:\n  Pin:\n    NoEcho: true\n    Type: String\n    Default: \"§\"\n"},
	{"t.yaml", "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: §\n"},
	{"t.yaml", "  Cluster:\n    Properties: {MasterUsername: admin, MasterUserPassword: '§'}\n"},
	{"t.json", `{"Type": "AWS::Redshift::Cluster", "Properties": {"MasterUserPassword": "§"}}`},
	{"t.yaml", "      Environment:\n        Variables:\n          DB_PASSWORD: §\n"},
	{"t.yaml", "      Environment:\n        Variables:\n          API_TOKEN: '§'\n"},
	{"t.json", `{"Environment": {"Variables": {"STRIPE_API_KEY": "§"}}}`},
	{"t.yaml", "          Environment:\n            - Name: DB_PASSWORD\n              Value: §\n"},
	{"t.json", `{"environment": [{"name": "ADMIN_SECRET", "value": "§"}]}`},
	{"t.yaml", "      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          export DB_PASSWORD=§\n"},
	{"t.yaml", "      UserData: !Base64 |\n        mysql -u root --password=§ < /tmp/x.sql\n"},
	{"t.yaml", "      UserData: «#!/bin/bash\nexport DB_PASSWORD=§\n/opt/start\n»\n"},
	{"main.tf", "variable \"db_password\" {\n  type    = string\n  default = \"§\"\n}\n"},
	{"main.tf", "resource \"aws_db_instance\" \"db\" {\n  username = \"app\"\n  password = \"§\"\n}\n"},
	{"main.tf", "provider \"datadog\" {\n  api_key = \"§\"\n}\n"},
	{"main.tf", "provider \"github\" {\n  token = \"§\"\n}\n"},
	{"prod.tfvars", "db_password = \"§\"\n"},
	{"terraform.tfstate", `{"resources": [{"instances": [{"attributes": {"username": "app", "password": "§"}}]}]}`},
	{"t.yaml", "      ConnectionString: Server=db.internal;User Id=app;Password=§;Encrypt=true\n"},
	{"app.properties", "url=jdbc:postgresql://db.internal/orders?user=app&password=§\n"},
	{"t.yaml", "      DATABASE_URL: postgres://app:§@db.internal:5432/orders\n"},
	{"t.yaml", "      RedisUrl: redis://:§@cache.internal:6379\n"},
	{"t.yaml", "      RequestParameters:\n        Authorization: Bearer §§\n"},
	{"call.sh", "curl -H 'Authorization: Basic §§' https://api.internal\n"},
	{".env", "DB_PASSWORD=§\nSTAGE=prod\n"},
	{"Dockerfile", "ENV ADMIN_PASSWORD=§\n"},
	{"docker-compose.yml", "    environment:\n      - POSTGRES_PASSWORD=§\n"},
	{"docker-compose.yml", "    environment:\n      POSTGRES_PASSWORD: §\n"},
	{"secret.yaml", "kind: Secret\nstringData:\n  password: §\n"},
	{"t.yaml", "      SecretString: §\n"},
	{"t.yaml", "      SecretString: '{\"username\": \"app\", \"password\": \"§\"}'\n"},
	{"t.yaml", "      AuthToken: §\n"},
	{"t.yaml", "      MasterUserPassword: !Join ['', ['a', '§']]\n"},
	{"deploy.sh", "aws rds modify-db-instance --db-instance-identifier db --master-user-password '§'\n"},
}

// harmless are the same places, without a secret.
var harmless = []struct{ path, text string }{
	{"t.yaml", "Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n    MinLength: 8\n"},
	{"t.yaml", "Parameters:\n  DbPassword:\n    Type: String\n    Default: ''\n"},
	{"t.yaml", "Parameters:\n  DbPasswordSecretName:\n    Type: String\n    Default: app/db/№\n"},
	{"t.yaml", "Parameters:\n  KeyName:\n    Type: AWS::EC2::KeyPair::KeyName\n    Default: key-№\n"},
	{"t.yaml", "Parameters:\n  TokenUrl:\n    Type: String\n    Default: https://login.internal/№\n"},
	{"t.yaml", "      MasterUserPassword: !Ref DbPassword\n"},
	{"t.yaml", "      MasterUserPassword: '{{resolve:secretsmanager:app/№:SecretString:password}}'\n"},
	{"t.json", `{"MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Secret}::password}}"}}`},
	{"t.yaml", "      ManageMasterUserPassword: true\n      MasterUsername: app№\n"},
	{"t.yaml", "          DB_PASSWORD_SECRET_ARN: !Ref Secret\n          TOKEN_TTL: 3600\n"},
	{"t.yaml", "          Secrets:\n            - Name: DB_PASSWORD\n              ValueFrom: !Ref Secret\n"},
	{"t.yaml", "          Environment:\n            - Name: STAGE\n              Value: stage№\n"},
	{"t.yaml", "      UserData:\n        Fn::Base64: !Sub |\n          export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id ${Secret})\n"},
	{"t.yaml", "      UserData: «#!/bin/bash\nyum install -y httpd-№\nsystemctl start httpd\n»\n"},
	{"main.tf", "variable \"db_password\" {\n  type      = string\n  sensitive = true\n}\n"},
	{"main.tf", "  password = var.db_password\n  token    = data.aws_x.token_№.value\n"},
	{"main.tf", "  password = random_password.db№.result\n"},
	{"t.yaml", "      ConnectionString: Server=db№.internal;Integrated Security=true\n"},
	{"t.yaml", "      DATABASE_URL: !Sub postgres://app:${Password}@db№.internal/orders\n"},
	{"t.yaml", "      Image: registry.internal:5000/app:1.№@sha256:" + strings.Repeat("0a1b2c3d", 8) + "\n"},
	{"t.yaml", "      Authorization: !Sub Bearer ${Token}\n"},
	{"t.yaml", "      AuthorizationType: AWS_IAM\n      AuthorizerId: auth№\n"},
	{".env", "DB_PASSWORD=${DB_PASSWORD}\nTOKEN_FILE=/run/secrets/token№\n"},
	{"docker-compose.yml", "      - POSTGRES_PASSWORD_FILE=/run/secrets/db№\n"},
	{"t.yaml", "      PasswordPolicy:\n        MinimumLength: 1№\n        RequireSymbols: true\n"},
	{"t.yaml", "      GenerateSecretString:\n        SecretStringTemplate: '{\"username\": \"app№\"}'\n        GenerateStringKey: password\n        PasswordLength: 30\n"},
	{"t.yaml", "      ClientRequestToken: deploy-№\n      NextToken: null\n"},
	{"t.yaml", "      KmsKeyId: arn:aws:kms:eu-west-1:999999999999:key/11111111-2222-3333-4444-55555555000№\n"},
	{"t.yaml", "  # password: see the wiki, page №\n"},
	{"t.yaml", "    Description: The password of the database, 8 to 41 characters, number №\n"},
	{"README.md", "Give `--password` your own; the token is in Secrets Manager under app/№.\n"},
	{"t.yaml", "      PublicKey: ssh-ed25519 name-№\n"},
	{"deploy.sh", "docker login --username AWS --password-stdin # host№\n"},
	{"t.yaml", "      Name: !Join ['-', ['orders', 'queue', '№']]\n"},
}

// plantedValue makes what people choose: a few words with digits, or what a generator gives.
func plantedValue(rng *rand.Rand) string {
	words := []string{"correct", "Horse", "battery", "Staple", "summer", "Winter", "orders", "Berlin"}
	const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	if rng.IntN(2) == 0 {
		return words[rng.IntN(8)] + words[rng.IntN(8)] + fmt.Sprint(10+rng.IntN(9990))
	}
	var b strings.Builder
	for range 14 + rng.IntN(14) {
		b.WriteByte(letters[rng.IntN(len(letters))])
	}
	return "q7" + b.String()
}

// filled puts value and number in, and base64 where «» asks for it.
func filled(text, value string, n int) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "§", value), "№", fmt.Sprint(n%10))
	head, rest, ok := strings.Cut(text, "«")
	if body, tail, closed := strings.Cut(rest, "»"); ok && closed {
		return head + base64.StdEncoding.EncodeToString([]byte(body)) + tail
	}
	return text
}

// Of what is planted at least 98 % is found; of what is harmless at most 2 % is taken for a secret. Our own rules alone
// are asked: without what gitleaks finds beside them.
func TestCorpus(t *testing.T) { // M12
	rng := rand.New(rand.NewPCG(7, 8))
	hit := func(path, text string) bool {
		hits, err := detect(t.Context(), words{}, path, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return len(hits) > 0
	}
	const rounds = 9 // 324 secrets, 306 harmless
	found, false_ := 0, 0
	for i := range rounds {
		for _, p := range planted {
			if text := filled(p.text, plantedValue(rng), i); hit(p.path, text) {
				found++
			} else {
				t.Logf("missed in %s:\n%s", p.path, text)
			}
		}
		for _, p := range harmless {
			if text := filled(p.text, "", i); hit(p.path, text) {
				false_++
				t.Logf("false alarm in %s:\n%s", p.path, text)
			}
		}
	}
	recall := float64(found) / float64(rounds*len(planted))
	alarms := float64(false_) / float64(rounds*len(harmless))
	t.Logf("recall %.3f of %d, false alarms %.3f of %d", recall, rounds*len(planted), alarms, rounds*len(harmless))
	if recall < 0.98 || alarms > 0.02 {
		t.Errorf("recall %.3f (at least 0.98), false alarms %.3f (at most 0.02)", recall, alarms)
	}
}
