// Somebody else's sign-in: npm's oidc-provider on loopback. Arguments: port, client's address to come back to.
// Accounts are their login: what follows each is its groups.
import { Provider } from "oidc-provider";

const [port, back] = process.argv.slice(2);
const GROUPS = {
  "lead": ["csp-ig"],
  "nominated": ["police-nominated", "something-else"],
  "nobody": ["something-else"],
  "both": ["police-nominated", "fire-auditors"],
};
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "charnwood", client_secret: "a-secret-of-the-tests-alone",
    redirect_uris: [back], grant_types: ["authorization_code"], response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
  }],
  findAccount: (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: "Priya Example", groups: GROUPS[id] ?? [] }),
  }),
  claims: { openid: ["sub"], profile: ["name", "groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["of-the-tests"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
