#!/bin/sh
# Mailwarden API with curl. Needs MAILWARDEN_URL and MAILWARDEN_API_KEY.
set -eu

# --retry waits as long as Retry-After says; the key goes in by a file, so that no list of processes shows it.
call() {
  printf 'header = "Authorization: Bearer %s"\n' "$MAILWARDEN_API_KEY" |
    curl --silent --show-error --fail-with-body --retry 5 --config - "$@"
}

# 1. Who am I, and what may this key do?
call "$MAILWARDEN_URL/v1/me"
echo

# 2. Which integrations need somebody?
call "$MAILWARDEN_URL/v1/connections"
echo

# 3. The first page of campaigns; `next_cursor` of the answer is the `cursor` of the next question.
call --get --data-urlencode limit=100 "$MAILWARDEN_URL/v1/campaigns"
echo

# 4. What happened: keep `next_cursor` and come back with it, nothing is missed.
call "$MAILWARDEN_URL/v1/events"
echo

# 5. A change: the ETag makes sure that nobody else changed it meanwhile, the key that it happens once.
etag=$(call --dump-header - --output /dev/null "$MAILWARDEN_URL/v1/organization" | tr -d '\r' | sed -n 's/^etag: //Ip')
call --request PATCH "$MAILWARDEN_URL/v1/organization" \
  --header "If-Match: $etag" --header "Idempotency-Key: $(date +%s)-$$" \
  --header 'Content-Type: application/json' --data '{"time_zone": "Europe/Vienna"}'
echo
