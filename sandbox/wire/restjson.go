package wire

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
)

// methods are those of the operations of AWS Marketplace Catalog that are not posted: their
// members stand in the query, and they have no body.
var methods = map[string]string{
	"DescribeEntity": http.MethodGet, "DescribeChangeSet": http.MethodGet, "CancelChangeSet": http.MethodPatch,
	"GetResourcePolicy": http.MethodGet, "DeleteResourcePolicy": http.MethodDelete,
}

// restOperation is what a request to AWS Marketplace Catalog asks for, "" for nothing that is there.
func restOperation(r *http.Request) string {
	name := strings.TrimPrefix(r.URL.Path, "/")
	want := methods[name]
	if want == "" {
		want = http.MethodPost
	}
	if r.Method != want {
		return ""
	}
	return name
}

// decodeRest reads the members from the body or, where the operation has none, from the query.
func decodeRest(req *Request, into any) *Error {
	if methods[req.Operation] == "" {
		return decodeJSON(req.Body, into)
	}
	if len(bytes.TrimSpace(req.Body)) > 0 {
		return badJSON("The operation has no body")
	}
	dst := reflect.ValueOf(into).Elem()
	for name, values := range req.HTTP.URL.Query() {
		if strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		var f reflect.Value
		if name != "" && name == strings.ToLower(name[:1])+name[1:] {
			f = field(dst, strings.ToUpper(name[:1])+name[1:])
		}
		if !f.IsValid() || len(values) != 1 {
			return NotHere(name)
		}
		if err := setJSON(f, values[0], "."+name); err != nil {
			return err
		}
	}
	return nil
}

// restStatuses are AWS Marketplace Catalog's; all else is 400 unless it says.
var restStatuses = map[string]int{
	"AccessDeniedException": http.StatusForbidden, "ResourceNotFoundException": http.StatusNotFound,
	"ResourceNotSupportedException": http.StatusUnsupportedMediaType, "ValidationException": http.StatusUnprocessableEntity,
	"ResourceInUseException": http.StatusLocked, "ServiceQuotaExceededException": http.StatusPaymentRequired,
	"ThrottlingException": http.StatusTooManyRequests, "InternalServiceException": http.StatusInternalServerError,
}

func restJSONError(e *Error, status int, requestID string) Reply {
	if own := restStatuses[e.Code]; own != 0 && status == http.StatusBadRequest {
		status = own
	}
	body, _ := json.Marshal(map[string]string{"Message": e.Message}) // strings always marshal
	reply := answer(status, "application/json", body, requestID)
	reply.Header["X-Amzn-Errortype"] = e.Code
	return reply
}
