# A product from its template to a launch in a spoke and its end, by the aws CLI: botocore sends each call
# and reads each reply by AWS's own model. The default organization; the environment has the hub's user.
set -euo pipefail
hub=999999999999 spoke=333333333333 unit=ou-ab12-11111111
wait() { curl -sf "$AWS_ENDPOINT_URL/_sandbox/clock" -d '{"advance": "10m"}' >/dev/null; }
as() { # ACCOUNT ROLE
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN < <(AWS_ACCESS_KEY_ID=$first_id AWS_SECRET_ACCESS_KEY=$first_key AWS_SESSION_TOKEN='' \
    aws sts assume-role --role-arn "arn:aws:iam::$1:role/$2" --role-session-name life --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}
same() { [ "$2" = "$3" ] || { echo "$1: $2, want $3"; exit 1; }; }
first_id=$AWS_ACCESS_KEY_ID first_key=$AWS_SECRET_ACCESS_KEY
sc() { aws servicecatalog "$@"; }

cat >t.yaml <<'EOF'
Parameters: {Owner: {Type: String}}
Resources: {Bucket: {Type: AWS::S3::Bucket}}
Outputs: {Owner: {Value: !Ref Owner}}
EOF
head -c 12582912 /dev/zero | tr '\0' 'x' >big
as $hub CatalogHubPublisher
bucket=axle-artifacts-$hub-eu-west-1
aws s3 cp --quiet t.yaml "s3://$bucket/t.yaml"
aws s3 cp --quiet big "s3://$bucket/big" # 12 MB, in parts
aws s3 cp --quiet "s3://$bucket/big" back
cmp big back

folio=$(sc create-portfolio --display-name storage --provider-name platform --query PortfolioDetail.Id --output text)
product=$(sc create-product --name bucket --owner platform --product-type CLOUD_FORMATION_TEMPLATE --provisioning-artifact-parameters \
  "Name=1.0.0,Type=CLOUD_FORMATION_TEMPLATE,Info={LoadTemplateFromURL=https://$bucket.s3.eu-west-1.amazonaws.com/t.yaml}" \
  --query ProductViewDetail.ProductViewSummary.ProductId --output text)
wait
sc associate-product-with-portfolio --product-id "$product" --portfolio-id "$folio"
sc create-constraint --portfolio-id "$folio" --product-id "$product" --type LAUNCH --parameters '{"LocalRoleName": "SCLaunchStorage"}' --query Status --output text >/dev/null
sc associate-principal-with-portfolio --portfolio-id "$folio" --principal-type IAM_PATTERN --principal-arn 'arn:aws:iam:::role/CatalogBuilder'
sc create-portfolio-share --portfolio-id "$folio" --organization-node "Type=ORGANIZATIONAL_UNIT,Value=$unit" --share-principals --query PortfolioShareToken --output text >/dev/null
wait

as $spoke CatalogBuilder
same caller "$(aws sts get-caller-identity --query Arn --output text)" "arn:aws:sts::$spoke:assumed-role/CatalogBuilder/life"
version=$(sc describe-product --id "$product" --query 'ProvisioningArtifacts[0].Id' --output text)
record=$(sc provision-product --product-id "$product" --provisioning-artifact-id "$version" --provisioned-product-name mine \
  --provisioning-parameters Key=Owner,Value=team-a --query RecordDetail.RecordId --output text)
wait
same launch "$(sc describe-record --id "$record" --query RecordDetail.Status --output text)" SUCCEEDED
same owner "$(sc get-provisioned-product-outputs --provisioned-product-name mine --query "Outputs[?OutputKey=='Owner'].OutputValue" --output text)" team-a
record=$(sc terminate-provisioned-product --provisioned-product-name mine --query RecordDetail.RecordId --output text)
wait
same end "$(sc describe-record --id "$record" --query RecordDetail.Status --output text)" SUCCEEDED
if aws organizations list-accounts 2>denied; then exit 1; fi
grep -q AccessDeniedException denied
