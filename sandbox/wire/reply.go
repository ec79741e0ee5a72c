package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// Reply is an HTTP answer. It is plain data, so that a repeated token can get it again.
type Reply struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Write sends the reply, with its length: a client that has it need not wait for a last chunk.
// HEAD has no body.
func (p Reply) Write(w http.ResponseWriter, method string) {
	for k, v := range p.Header {
		if strings.HasPrefix(k, "x-amz-meta-") { // clients read these names as they are written
			w.Header()[k] = []string{v}
			continue
		}
		w.Header().Set(k, v)
	}
	if w.Header().Get("Content-Length") == "" && p.Status != http.StatusNoContent && p.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
	}
	w.WriteHeader(p.Status)
	if method != http.MethodHead {
		_, _ = w.Write(p.Body) // the caller is gone; what it asked for is kept
	}
}

// Succeed writes an operation's output. A REST operation gives its Reply itself.
func (req *Request) Succeed(out any, requestID string) Reply {
	switch req.Protocol {
	case JSON:
		return answer(http.StatusOK, req.jsonType(), encodeJSON(out), requestID)
	case RESTJSON:
		return answer(http.StatusOK, "application/json", encodeJSON(out), requestID)
	case CBOR:
		return cborAnswer(http.StatusOK, encodeCBOR(out), requestID)
	case Query:
		return answer(http.StatusOK, xmlType, encodeQuery(req, out, requestID), requestID)
	}
	reply := answer(http.StatusOK, "", nil, requestID)
	if own, ok := out.(*Reply); ok && own != nil {
		reply.Body = own.Body
		if own.Status != 0 {
			reply.Status = own.Status
		}
		for k, v := range own.Header {
			reply.Header[k] = v
		}
	}
	return reply
}

const xmlType = "text/xml"

// jsonType is the type of the version of awsJson that the service speaks.
func (req *Request) jsonType() string {
	if req.Service == "sqs" || req.Service == "marketplace-agreement" {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}

func answer(status int, contentType string, body []byte, requestID string) Reply {
	h := map[string]string{"X-Amzn-Requestid": requestID}
	if contentType != "" {
		h["Content-Type"] = contentType
	}
	return Reply{Status: status, Header: h, Body: body}
}

// Refuse writes an error in the form of the request's protocol.
func (req *Request) Refuse(e *Error, requestID string) Reply {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	switch req.Protocol {
	case JSON:
		return req.jsonRefusal(e, status, requestID)
	case RESTJSON:
		return restJSONError(e, status, requestID)
	case CBOR:
		return cborAnswer(status, encodeCBOR(map[string]string{"__type": e.Code, "message": e.Message}), requestID)
	case Query:
		return answer(status, xmlType, queryError(req, e, requestID), requestID)
	}
	return restError(e, status, requestID)
}

func cborAnswer(status int, body []byte, requestID string) Reply {
	reply := answer(status, cborType, body, requestID)
	reply.Header["Smithy-Protocol"] = "rpc-v2-cbor"
	return reply
}

// ofQuery are the codes that SQS's errors had in its older protocol; others had the same.
var ofQuery = map[string]string{
	"QueueDoesNotExist":            "AWS.SimpleQueueService.NonExistentQueue",
	"QueueNameExists":              "QueueAlreadyExists",
	"EmptyBatchRequest":            "AWS.SimpleQueueService.EmptyBatchRequest",
	"TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
	"BatchEntryIdsNotDistinct":     "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
	"BatchRequestTooLong":          "AWS.SimpleQueueService.BatchRequestTooLong",
	"InvalidBatchEntryId":          "AWS.SimpleQueueService.InvalidBatchEntryId",
	"MessageNotInflight":           "AWS.SimpleQueueService.MessageNotInflight",
	"UnsupportedOperation":         "AWS.SimpleQueueService.UnsupportedOperation",
}

func (req *Request) jsonRefusal(e *Error, status int, requestID string) Reply {
	reply := answer(status, req.jsonType(), jsonError(e), requestID)
	if req.Service == "sqs" {
		reply.Header["X-Amzn-Query-Error"] = cmp.Or(ofQuery[e.Code], e.Code) + ";" + fault(status)
	}
	return reply
}

// fault says whose an error is.
func fault(status int) string {
	if status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

func jsonError(e *Error) []byte {
	members := map[string]string{"__type": e.Code, "Message": e.Message}
	if e.Reason != "" {
		members["Reason"] = e.Reason
	}
	body, _ := json.Marshal(members) // strings always marshal
	return body
}

func queryError(req *Request, e *Error, requestID string) []byte {
	var b bytes.Buffer
	open(&b, "ErrorResponse", namespaces[req.Service])
	b.WriteString("<Error>")
	element(&b, "Type", fault(e.Status))
	element(&b, "Code", e.Code)
	element(&b, "Message", e.Message)
	b.WriteString("</Error>")
	element(&b, "RequestId", requestID)
	b.WriteString("</ErrorResponse>")
	return b.Bytes()
}

// restCodes are S3's names of the errors that all services share.
var restCodes = map[string]string{
	"MissingAuthenticationToken": "AccessDenied",
	"InvalidClientTokenId":       "InvalidAccessKeyId",
	"RequestExpired":             "RequestTimeTooSkewed",
	"RequestEntityTooLarge":      "EntityTooLarge",
}

func restError(e *Error, status int, requestID string) Reply {
	code := e.Code
	if own, ok := restCodes[code]; ok {
		code = own
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + "<Error>")
	element(&b, "Code", code)
	element(&b, "Message", e.Message)
	element(&b, "RequestId", requestID)
	b.WriteString("</Error>")
	reply := answer(status, "application/xml", b.Bytes(), requestID)
	reply.Header["X-Amz-Request-Id"] = requestID
	return reply
}
