package fetch

import (
	"context"
	"encoding/json"
	"fmt"
)

// JSON reads a URL with a Client, and the answer as JSON into a T. Fields that T does not have are
// left out. An error of the JSON, or a second value after it, names the URL, without a
// password.
func JSON[T any](ctx context.Context, c Client, rawURL string) (T, error) {
	var out T
	page, err := c.Get(ctx, rawURL)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(page.Body, &out); err != nil {
		var none T
		return none, &Error{URL: redacted(rawURL), Err: fmt.Errorf("the answer is not the JSON that is wanted: %w", err)}
	}
	return out, nil
}
