// The calls of go-kms-wrapping for Huawei Cloud, by which Vault and OpenBao unseal themselves, in its
// order and through the SDK that it uses. The wrapper itself is not in the module proxy.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/huaweicloud/golangsdk"
	"github.com/huaweicloud/golangsdk/openstack"
	"github.com/huaweicloud/golangsdk/openstack/kms/v1/keys"
)

const (
	name   = "huawei-wrapper"
	secret = "secret-of-" + name
	region = "cn-north-4"
)

// signIn finds the project by its name, and the service in the catalog.
func signIn(secret, project string) (*golangsdk.ServiceClient, error) {
	endpoint := os.Getenv("KMSIM_URL") + "/v3"
	client, err := openstack.NewClient(endpoint)
	if err != nil {
		return nil, err
	}
	options := golangsdk.AKSKAuthOptions{
		IdentityEndpoint: endpoint,
		Region:           region,
		ProjectName:      project,
		AccessKey:        name,
		SecretKey:        secret,
	}
	if err := openstack.Authenticate(client, options); err != nil {
		return nil, err
	}
	where := golangsdk.EndpointOpts{Region: region, Availability: golangsdk.AvailabilityPublic}
	return openstack.NewKMSV1(client, where)
}

// post makes a call that the SDK has no function for.
func post(client *golangsdk.ServiceClient, action string, params map[string]any) (map[string]any, error) {
	var answer map[string]any
	address := client.ServiceURL(client.ProjectID, "kms", action)
	_, err := client.Post(address, params, &answer, &golangsdk.RequestOpts{OkCodes: []int{200}})
	return answer, err
}

// seal wraps and unwraps a data key as the wrapper does: as base64 text, with the key's id or alias.
func seal(client *golangsdk.ServiceClient, keyID string) error {
	shown, err := keys.Get(client, keyID).ExtractKeyInfo()
	if err != nil {
		return err
	}
	data := base64.StdEncoding.EncodeToString([]byte("a data key of 32 bytes, or nearly"))
	sealed, err := post(client, "encrypt-data", map[string]any{"key_id": keyID, "plain_text": data})
	if err != nil {
		return err
	}
	if sealed["key_id"] != shown.KeyID {
		return fmt.Errorf("encrypted with %v, wanted %v", sealed["key_id"], shown.KeyID)
	}
	opened, err := post(client, "decrypt-data", map[string]any{"cipher_text": sealed["cipher_text"]})
	if err != nil {
		return err
	}
	if opened["plain_text"] != data {
		return fmt.Errorf("decrypted %v", opened["plain_text"])
	}
	return nil
}

func newKey(client *golangsdk.ServiceClient, alias string) (string, error) {
	made, err := keys.Create(client, keys.CreateOpts{KeyAlias: alias}).ExtractKeyInfo()
	if err != nil {
		return "", err
	}
	return made.KeyID, nil
}

func unseals() error {
	client, err := signIn(secret, region)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(client.Endpoint, "/v1.0/") {
		return fmt.Errorf("the catalog has %s", client.Endpoint)
	}
	key, err := newKey(client, "seal")
	if err != nil {
		return err
	}
	if err := seal(client, key); err != nil {
		return err
	}
	return seal(client, "alias/seal")
}

func reportsADisabledKey() error {
	client, err := signIn(secret, region)
	if err != nil {
		return err
	}
	key, err := newKey(client, "off")
	if err != nil {
		return err
	}
	if err := keys.DisableKey(client, key).Err; err != nil {
		return err
	}
	var refusal golangsdk.ErrDefault400
	if err := seal(client, key); !errors.As(err, &refusal) || !strings.Contains(string(refusal.Body), "KMS.0209") {
		return fmt.Errorf("a disabled key: %v", err)
	}
	return nil
}

func reportsAMissingKey() error {
	client, err := signIn(secret, region)
	if err != nil {
		return err
	}
	var refusal golangsdk.ErrDefault404
	if err := seal(client, "00000000-0000-4000-8000-000000000000"); !errors.As(err, &refusal) {
		return fmt.Errorf("a missing key: %v", err)
	}
	return nil
}

func reportsAMissingProject() error {
	if _, err := signIn(secret, "nowhere"); err == nil {
		return errors.New("a missing project was found")
	}
	return nil
}

func reportsAWrongSecret() error {
	var refusal golangsdk.ErrDefault401
	if _, err := signIn("wrong", region); !errors.As(err, &refusal) {
		return fmt.Errorf("a wrong secret: %v", err)
	}
	return nil
}

func main() {
	checks := []struct {
		name string
		run  func() error
	}{
		{"unseals", unseals},
		{"reports_a_disabled_key", reportsADisabledKey},
		{"reports_a_missing_key", reportsAMissingKey},
		{"reports_a_missing_project", reportsAMissingProject},
		{"reports_a_wrong_secret", reportsAWrongSecret},
	}
	failed := 0
	for _, check := range checks {
		if err := check.run(); err != nil {
			failed++
			fmt.Printf("FAIL %s: %s\n", check.name, strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Printf("ok %s\n", check.name)
		}
	}
	fmt.Printf("%d passed, %d failed\n", len(checks)-failed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
