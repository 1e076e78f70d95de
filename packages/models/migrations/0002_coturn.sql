-- What coturn reads, under the names of its own schema (schema.sql of coturn 4.6 to 4.17). Only views; the role
-- coturn_ro (made by `roombridge db coturn-access`) may select from them and nothing else.
create schema coturn;
--> statement-breakpoint
create view coturn.turnusers_lt as
  select realm, username as name, hmackey
    from public.turn_credentials
   where revoked_at is null and suspended_at is null and expires_at > clock_timestamp();
--> statement-breakpoint
-- Tables that coturn asks for but that we do not use; without them its log fills with errors.
create view coturn.turn_secret as select ''::text as realm, ''::text as value where false;
--> statement-breakpoint
create view coturn.allowed_peer_ip as select ''::text as realm, ''::text as ip_range where false;
--> statement-breakpoint
create view coturn.denied_peer_ip as select ''::text as realm, ''::text as ip_range where false;
--> statement-breakpoint
create view coturn.turn_origin_to_realm as select ''::text as origin, ''::text as realm where false;
--> statement-breakpoint
create view coturn.turn_realm_option as select ''::text as realm, ''::text as opt, ''::text as value where false;
--> statement-breakpoint
create view coturn.oauth_key as
  select ''::text as kid, ''::text as ikm_key, 0::bigint as timestamp, 0 as lifetime, ''::text as as_rs_alg, ''::text as realm where false;
--> statement-breakpoint
create view coturn.admin_user as select ''::text as name, ''::text as realm, ''::text as password where false;
