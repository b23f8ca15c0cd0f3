// Calls kmsim through huaweicloud-sdk-go-v3: each line of the input is a call in JSON, each line of
// the output is what became of it. tests/sdk/python/huawei.py has the checks.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	kms "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kms/v2"

	"kmsim/tests/sdk/go/lines"
)

type call struct {
	URL, Signature, Secret, Project string
	Token                           *string
	AccessKey                       string `json:"access_key"`
	SecurityToken                   string `json:"security_token"`
	Action, Method, Path            string
	Headers                         map[string]string
	Parts                           struct{ Path, Query, Body map[string]json.RawMessage }
}

var signatures = map[string]algorithm.SigningAlgorithm{
	"hmac-sha256": algorithm.HmacSHA256,
	"hmac-sm3":    algorithm.HmacSM3,
	"ecdsa-p256":  algorithm.EcdsaP256SHA256,
	"sm2":         algorithm.SM2SM3,
	"token":       algorithm.HmacSHA256,
}

func main() { lines.Serve((*call).send) }

func (it *call) send() lines.Result {
	answer, err := it.typed()
	if err == errNotTyped {
		answer, err = it.generic()
	}
	var refusal *sdkerr.ServiceResponseError
	switch {
	case err == nil:
		return lines.Result{Answer: answer}
	case errors.As(err, &refusal) && refusal.StatusCode >= 400:
		return lines.Result{
			Status:    refusal.StatusCode,
			Code:      refusal.ErrorCode,
			Message:   refusal.ErrorMessage,
			RequestID: refusal.RequestId,
		}
	default:
		return lines.Result{Broken: err.Error()}
	}
}

func (it *call) client() (*core.HcHttpClient, error) {
	credential, err := auth.NewBasicCredentialsBuilder().WithAk(it.AccessKey).WithSk(it.Secret).
		WithProjectId(it.Project).WithSecurityToken(it.SecurityToken).SafeBuild()
	if err != nil {
		return nil, err
	}
	http := config.DefaultHttpConfig().WithSigningAlgorithm(signatures[it.Signature])
	client, err := kms.KmsClientBuilder().WithEndpoint(it.URL).WithCredential(credential).
		WithHttpConfig(http).SafeBuild()
	if err != nil {
		return nil, err
	}
	if it.Token != nil {
		// A request that has an Authorization is not signed.
		it.Headers["X-Auth-Token"] = *it.Token
		it.Headers["Authorization"] = "token"
		// Signing fills in the project, too.
		it.Path = strings.ReplaceAll(it.Path, "{project_id}", it.Project)
	}
	return client.WithExtraHeaders(it.Headers), nil
}

var errNotTyped = errors.New("this SDK has no type for the request")

// typed makes the call by the SDK's own method and types, if it has them for this request.
func (it *call) typed() (json.RawMessage, error) {
	client, err := it.client()
	if err != nil {
		return nil, err
	}
	method := reflect.ValueOf(kms.NewKmsClient(client)).MethodByName(it.Action)
	// Its ListAliases expects an array where the service answers an object.
	if !method.IsValid() || it.Action == "ListAliases" || it.Token != nil {
		return nil, errNotTyped
	}
	request := reflect.New(method.Type().In(0).Elem())
	for _, part := range []map[string]json.RawMessage{it.Parts.Path, it.Parts.Query} {
		if err := fill(request.Interface(), part); err != nil {
			return nil, errNotTyped
		}
	}
	if len(it.Parts.Body) > 0 {
		field := request.Elem().FieldByName("Body")
		if !field.IsValid() {
			return nil, errNotTyped
		}
		body := reflect.New(field.Type().Elem())
		// It would send required members that are missing as empty texts.
		if err := fill(body.Interface(), it.Parts.Body); err != nil || !same(body.Interface(), it.Parts.Body) {
			return nil, errNotTyped
		}
		field.Set(body)
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return json.Marshal(results[0].Interface())
}

// fill reads members into one of the SDK's types, and refuses those that it lacks.
func fill(into any, members map[string]json.RawMessage) error {
	text, err := json.Marshal(members)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// same tells whether one of the SDK's types would send just these members.
func same(body any, members map[string]json.RawMessage) bool {
	text, err := json.Marshal(body)
	if err != nil {
		return false
	}
	wanted, err := json.Marshal(members)
	if err != nil {
		return false
	}
	var one, other any
	return json.Unmarshal(text, &one) == nil && json.Unmarshal(wanted, &other) == nil && reflect.DeepEqual(one, other)
}

type genericResponse struct {
	Body           *string
	HttpStatusCode int
}

// generic makes the call by the SDK's client for all services.
func (it *call) generic() (json.RawMessage, error) {
	client, err := it.client()
	if err != nil {
		return nil, err
	}
	request := def.NewHttpRequestDefBuilder().WithMethod(it.Method).WithPath(it.Path).
		WithContentType("application/json").WithResponse(new(genericResponse)).
		WithResponseField(def.NewFieldDef().WithName("Body").WithLocationType(def.Body))
	var fields []reflect.StructField
	var values []any
	add := func(name string, value any, place def.LocationType) {
		field := strings.ToUpper(name[:1]) + name[1:]
		fields = append(fields, reflect.StructField{Name: field, Type: reflect.TypeOf(value)})
		values = append(values, value)
		request.WithRequestField(def.NewFieldDef().WithName(field).WithJsonTag(name).WithLocationType(place))
	}
	for name, value := range it.Parts.Path {
		add(name, plain(value), def.Path)
	}
	for name, value := range it.Parts.Query {
		add(name, plain(value), def.Query)
	}
	if len(it.Parts.Body) > 0 {
		fields = append(fields, reflect.StructField{Name: "Body", Type: reflect.TypeOf(it.Parts.Body)})
		values = append(values, it.Parts.Body)
		request.WithRequestField(def.NewFieldDef().WithName("Body").WithLocationType(def.Body))
	}
	params := reflect.New(reflect.StructOf(fields))
	for index, value := range values {
		params.Elem().Field(index).Set(reflect.ValueOf(value))
	}
	told, err := client.Sync(params.Interface(), request.Build())
	if err != nil {
		return nil, err
	}
	text := told.(*genericResponse).Body
	if text == nil || *text == "" {
		return json.RawMessage("{}"), nil
	}
	return json.RawMessage(*text), nil
}

// plain is a parameter of a path or query as a text.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
