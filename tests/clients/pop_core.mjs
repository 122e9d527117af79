// @alicloud/pop-core, the client before that, which signs in the older way. Argument: GET or POST.

import { createRequire } from "node:module";
import { Refused, facts, tell } from "./story.mjs";

const require = createRequire(import.meta.url);
const { RPCClient } = require("@alicloud/pop-core");
const [method] = process.argv.slice(2);

async function ask(who, product, action, parameters) {
  const [accessKeyId, accessKeySecret] = facts.keys[who];
  const place = { endpoint: `http://${facts.endpoint}`, apiVersion: facts.versions[product] };
  const client = new RPCClient({ accessKeyId, accessKeySecret, ...place });
  try {
    return await client.request(action, parameters, { method });
  } catch (error) {
    // It throws for every code but a good one, be the HTTP status what it may.
    if (!error.data?.RequestId) throw error;
    throw new Refused(error.code, error.data.RequestId, error.entry.response.statusCode);
  } finally {
    client.keepAliveAgent.destroy();
  }
}

await tell(ask);
