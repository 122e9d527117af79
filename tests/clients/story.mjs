// The scenario of story.py for clients in JavaScript. `ask(who, product, action, parameters)` makes a call and throws
// Refused for a refusal; the facts are those of story.py, which also says what is to be told in the end.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const facts = JSON.parse(readFileSync(0, "utf8"));

export class Refused extends Error {
  constructor(code, requestId, status) {
    super(code);
    Object.assign(this, { code, requestId, status });
  }
}

export async function tell(ask) {
  const { source, target, role, policy } = facts;
  const a = (action, parameters = {}) => ask("a", "cr", action, { InstanceId: source, ...parameters });
  const b = (action, parameters = {}) => ask("b", "cr", action, { InstanceId: target, ...parameters });
  const ram = (action, parameters) => ask("b", "ram", action, parameters);
  const first = { PageNo: 1, PageSize: 50 };
  const attachment = { PolicyName: policy, PolicyType: "Custom", RoleName: role };
  const attached = async () =>
    (await ram("ListPoliciesForRole", { RoleName: role })).Policies.Policy.map((one) => one.PolicyName);
  const told = {};

  await ram("CreateRole", {
    RoleName: role,
    AssumeRolePolicyDocument: facts.trust,
    Description: "for A & co. (~*)",
  });
  await ram("CreatePolicy", { PolicyName: policy, PolicyDocument: facts.grant });
  await ram("AttachPolicyToRole", attachment);
  told.attached = await attached();
  await b("CreateNamespace", { NamespaceName: "shop", AutoCreateRepo: true, DefaultRepoType: "PRIVATE" });

  await a("CreateNamespace", { NamespaceName: "shop", AutoCreateRepo: false, DefaultRepoType: "PRIVATE" });
  const cart = { RepoNamespaceName: "shop", RepoName: "cart" };
  const created = await a("CreateRepository", { ...cart, RepoType: "PRIVATE", Summary: "The cart" });
  const { SyncRuleId } = await a("CreateRepoSyncRule", facts.rule);
  const [rule] = (await a("ListRepoSyncRule", first)).SyncRules;
  told.rule = [rule.SyncRuleName, rule.TagFilter, rule.SyncDirection, rule.CrossUser];

  await push("v1.0");
  told.status = await followed(a, { ...cart, ...first });
  const repository = await b("GetRepository", cart);
  const arrived = (await b("ListRepoTag", { RepoId: repository.RepoId, ...first })).Images;
  const sent = (await a("ListRepoTag", { RepoId: created.RepoId, ...first })).Images;
  told.tags = arrived.map((image) => image.Tag);
  told.same_digest = arrived.length === sent.length && arrived[0].Digest === sent[0].Digest;

  [told.pages, told.distinct_tags] = await paged(a);
  told.refusals = await refusals(ask);

  await a("DeleteRepoSyncRule", { SyncRuleId });
  told.rules_left = (await a("ListRepoSyncRule", first)).TotalCount;
  await ram("DetachPolicyFromRole", attachment);
  told.attached_left = await attached();
  await ram("DeletePolicy", { PolicyName: policy });
  await ram("DeleteRole", { RoleName: role });
  process.stdout.write(JSON.stringify(told));
}

async function push(tag) {
  const body = JSON.stringify({ instance_id: facts.source, namespace: "shop", repository: "cart", tags: [tag] });
  const answer = await fetch(`http://${facts.endpoint}/_emulator/images`, { method: "POST", body });
  if (!answer.ok) throw new Error(await answer.text());
}

async function followed(a, selected) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const status = (await a("ListRepoSyncTask", selected)).SyncTasks.map((task) => task.TaskStatus).join(", ");
    if (!["", "PENDING", "SYNCHRONIZING"].includes(status)) return status;
    await sleep(20);
  }
  return "late";
}

async function paged(a) {
  const { RepoId } = await a("GetRepository", { RepoNamespaceName: "team-a", RepoName: "api" });
  const sizes = [];
  const tags = new Set();
  do {
    const { Images } = await a("ListRepoTag", { RepoId, PageNo: sizes.length + 1, PageSize: 50 });
    sizes.push(Images.length);
    Images.forEach((image) => tags.add(image.Tag));
  } while (sizes.at(-1) === 50);
  return [sizes, tags.size];
}

async function refusals(ask) {
  const found = {};
  for (const [name, asked] of Object.entries(facts.refusals)) {
    try {
      found[name] = ["no refusal", await ask(...asked)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.requestId?.length !== 36) throw new Error(`${name} has no request id: ${error.requestId}`);
      found[name] = [error.code, error.status];
    }
  }
  return found;
}
