// Repositories as REST and webhooks show them: one object that holds every field of `repository`, `full-repository` and
// `minimal-repository` (all three are open schemas), so the smaller ones are satisfied too.
import { apiUrl, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { Repository } from "../state.ts";
import { presentUser } from "./user.ts";

/** Schemas `repository` and `minimal-repository`. */
export function presentRepository(world: World, repository: Repository): Record<string, unknown> {
  const openPulls = [...world.state.pullRequests.values()].filter(
    (pull) => pull.repoId === repository.id && pull.state === "open",
  ).length;
  const forks = [...world.state.repositories.values()].filter(({ parentId }) => parentId === repository.id).length;
  return {
    ...identity(world, repository),
    ...links(world, repository),
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: repository.isArchived,
    disabled: false,
    open_issues_count: openPulls,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.isPrivate ? "private" : "public",
    forks,
    open_issues: openPulls,
    watchers: 0,
    default_branch: repository.defaultBranch,
    created_at: isoTime(repository.createdAt),
    updated_at: isoTime(repository.updatedAt),
    pushed_at: isoTime(repository.pushedAt),
  };
}

/** Schema `full-repository`: adds network figures and, for forks, parent and source. */
export function presentFullRepository(world: World, repository: Repository): Record<string, unknown> {
  const parent =
    repository.parentId === null ? undefined : presentRepository(world, repositoryOf(world, repository.parentId));
  return {
    ...presentRepository(world, repository),
    network_count: 0,
    subscribers_count: 0,
    ...(parent === undefined ? {} : { parent, source: parent }),
  };
}

/** The tiny repository object of check runs and installations' webhooks. */
export function presentRepositoryName(world: World, repository: Repository): Record<string, unknown> {
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName(world, repository),
    private: repository.isPrivate,
  };
}

function identity(world: World, repository: Repository): Record<string, unknown> {
  return {
    ...presentRepositoryName(world, repository),
    owner: presentUser(world, userOf(world, repository.ownerId)),
    html_url: `${world.url}/${fullName(world, repository)}`,
    description: repository.description,
    fork: repository.parentId !== null,
    url: `${apiUrl(world)}/repos/${fullName(world, repository)}`,
  };
}

// Every `…_url` of a repository: name, and its tail below the repository's own API address.
const API_TAILS = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

function links(world: World, repository: Repository): Record<string, string> {
  const name = fullName(world, repository);
  const host = world.url.replace(/^https?:\/\//, "");
  const tails = Object.entries(API_TAILS).map(([key, tail]) => [key, `${apiUrl(world)}/repos/${name}${tail}`]);
  return {
    ...Object.fromEntries(tails),
    clone_url: `${world.url}/${name}.git`,
    git_url: `git://${host}/${name}.git`,
    ssh_url: `git@${host}:${name}.git`,
    svn_url: `${world.url}/${name}`,
  };
}
