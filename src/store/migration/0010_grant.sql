-- Signing in to a mailbox with what its owner allowed (OAuth 2.0) instead of with a password.

-- sealed_client: our registration's secret, none for a public client; the tokens: none while nobody has allowed anything.
-- bound: what the tokens are good for (channel/oauth.h). busy_until: a node is renewing them.
-- owner: desk/mailbox
-- key: channel_account_id
CREATE TABLE mailbox_grant (
    channel_account_id @int NOT NULL PRIMARY KEY REFERENCES channel_account (channel_account_id),
    sealed_client      @blob NULL,
    sealed_access      @blob NULL,
    sealed_refresh     @blob NULL,
    bound              @text NOT NULL,
    granted_at         @time NULL,
    renew_at           @time NULL,
    expires_at         @time NULL,
    withdrawn_at       @time NULL,
    busy_until         @time NULL,
    version            @int NOT NULL
);

-- Somebody went to the provider to allow it, and has not come back yet.
-- owner: desk/mailbox
CREATE TABLE grant_attempt (
    grant_attempt_id   @id,
    channel_account_id @int NOT NULL REFERENCES channel_account (channel_account_id),
    state_sha256       @text NOT NULL UNIQUE,
    sealed_verifier    @blob NOT NULL,
    bound              @text NOT NULL,
    begun_at           @time NOT NULL
);
CREATE INDEX grant_attempt_account ON grant_attempt (channel_account_id);
