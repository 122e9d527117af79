// @alicloud/openapi-client, which all of Alibaba Cloud's SDKs for Node.js of today are made of.
// Arguments: where parameters go (query or body), and the signature (ACS3 or v2, which is V1).

import { createRequire } from "node:module";
import { Refused, facts, tell } from "./story.mjs";

const require = createRequire(import.meta.url);
const OpenApi = require("@alicloud/openapi-client");
const { RuntimeOptions } = require("@alicloud/tea-util");
const [place, signature] = process.argv.slice(2);

async function ask(who, product, action, parameters) {
  const [accessKeyId, accessKeySecret] = facts.keys[who];
  const signed = signature === "v2" ? { signatureAlgorithm: "v2" } : {};
  const regionId = facts.regions[who];
  const config = { accessKeyId, accessKeySecret, regionId, endpoint: facts.endpoint, protocol: "http", ...signed };
  const client = new OpenApi.default(new OpenApi.Config(config));
  const params = new OpenApi.Params({
    action,
    version: facts.versions[product],
    protocol: "HTTP",
    pathname: "/",
    method: "POST",
    authType: "AK",
    style: "RPC",
    reqBodyType: "formData",
    bodyType: "json",
  });
  const written = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  let answer;
  try {
    answer = await client.callApi(params, new OpenApi.OpenApiRequest({ [place]: written }), new RuntimeOptions({}));
  } catch (error) {
    if (!error.data?.RequestId) throw error;
    throw new Refused(error.code, error.data.RequestId, error.data.statusCode);
  }
  if (answer.body.IsSuccess === false) throw new Refused(answer.body.Code, answer.body.RequestId, answer.statusCode);
  return answer.body;
}

await tell(ask);
