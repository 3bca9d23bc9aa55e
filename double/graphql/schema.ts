// The part of GitHub's GraphQL schema that the double answers, word for word: a test compares every type, field and
// argument with GitHub's published schema. A field outside this part is refused, never made up.
// https://docs.github.com/en/graphql/reference
import { buildSchema } from "graphql";

const CLIENT_ID = "clientMutationId: String";

export const schema = buildSchema(`
scalar DateTime
scalar GitObjectID
scalar URI
enum DiffSide { LEFT RIGHT }
enum PullRequestReviewState { APPROVED CHANGES_REQUESTED COMMENTED DISMISSED PENDING }
enum PullRequestReviewThreadSubjectType { FILE LINE }
enum PullRequestState { CLOSED MERGED OPEN }
enum ReactionContent { CONFUSED EYES HEART HOORAY LAUGH ROCKET THUMBS_DOWN THUMBS_UP }
enum ReportedContentClassifiers { ABUSE DUPLICATE OFF_TOPIC OUTDATED RESOLVED SPAM }

interface Node { id: ID! }
interface Actor { login: String! }
interface RepositoryOwner { id: ID! login: String! }
interface Minimizable { isMinimized: Boolean! minimizedReason: String }
interface Reactable { id: ID! databaseId: Int }

type Query {
  node(id: ID!): Node
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
  viewer: User!
}
type User implements Node & Actor & RepositoryOwner { id: ID! databaseId: Int login: String! }
type Bot implements Node & Actor { id: ID! databaseId: Int login: String! }
type Organization implements Node & Actor & RepositoryOwner { id: ID! databaseId: Int login: String! }
type Repository implements Node {
  id: ID!
  databaseId: Int
  name: String!
  nameWithOwner: String!
  owner: RepositoryOwner!
  pullRequest(number: Int!): PullRequest
}
type PullRequest implements Node & Reactable {
  id: ID!
  databaseId: Int
  number: Int!
  title: String!
  state: PullRequestState!
  isDraft: Boolean!
  author: Actor
  baseRefName: String!
  baseRefOid: GitObjectID!
  headRefName: String!
  headRefOid: GitObjectID!
  repository: Repository!
  url: URI!
  reviewThreads(after: String, before: String, first: Int, last: Int): PullRequestReviewThreadConnection!
}
type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
type PullRequestReviewThreadConnection { nodes: [PullRequestReviewThread] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReviewCommentConnection { nodes: [PullRequestReviewComment] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReviewThread implements Node {
  id: ID!
  isResolved: Boolean!
  isOutdated: Boolean!
  isCollapsed: Boolean!
  path: String!
  line: Int
  startLine: Int
  originalLine: Int
  originalStartLine: Int
  diffSide: DiffSide!
  startDiffSide: DiffSide
  subjectType: PullRequestReviewThreadSubjectType!
  resolvedBy: User
  pullRequest: PullRequest!
  repository: Repository!
  comments(after: String, before: String, first: Int, last: Int): PullRequestReviewCommentConnection!
}
type PullRequestReviewComment implements Node & Minimizable & Reactable {
  id: ID!
  databaseId: Int
  author: Actor
  body: String!
  createdAt: DateTime!
  isMinimized: Boolean!
  minimizedReason: String
  outdated: Boolean!
  path: String!
  pullRequestReview: PullRequestReview
  replyTo: PullRequestReviewComment
  url: URI!
}
type PullRequestReview implements Node & Minimizable & Reactable {
  id: ID!
  databaseId: Int
  author: Actor
  body: String!
  createdAt: DateTime!
  isMinimized: Boolean!
  minimizedReason: String
  state: PullRequestReviewState!
  url: URI!
}
type IssueComment implements Node & Minimizable & Reactable {
  id: ID!
  databaseId: Int
  author: Actor
  body: String!
  createdAt: DateTime!
  isMinimized: Boolean!
  minimizedReason: String
  url: URI!
}
type Reaction implements Node { id: ID! databaseId: Int content: ReactionContent! createdAt: DateTime! user: User }

type Mutation {
  addPullRequestReviewThreadReply(input: AddPullRequestReviewThreadReplyInput!): AddPullRequestReviewThreadReplyPayload
  addReaction(input: AddReactionInput!): AddReactionPayload
  convertPullRequestToDraft(input: ConvertPullRequestToDraftInput!): ConvertPullRequestToDraftPayload
  markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): MarkPullRequestReadyForReviewPayload
  minimizeComment(input: MinimizeCommentInput!): MinimizeCommentPayload
  removeReaction(input: RemoveReactionInput!): RemoveReactionPayload
  resolveReviewThread(input: ResolveReviewThreadInput!): ResolveReviewThreadPayload
  unminimizeComment(input: UnminimizeCommentInput!): UnminimizeCommentPayload
  unresolveReviewThread(input: UnresolveReviewThreadInput!): UnresolveReviewThreadPayload
}
input AddPullRequestReviewThreadReplyInput { ${CLIENT_ID} body: String! pullRequestReviewId: ID pullRequestReviewThreadId: ID! }
input AddReactionInput { ${CLIENT_ID} content: ReactionContent! subjectId: ID! }
input ConvertPullRequestToDraftInput { ${CLIENT_ID} pullRequestId: ID! }
input MarkPullRequestReadyForReviewInput { ${CLIENT_ID} pullRequestId: ID! }
input MinimizeCommentInput { ${CLIENT_ID} classifier: ReportedContentClassifiers! subjectId: ID! }
input RemoveReactionInput { ${CLIENT_ID} content: ReactionContent! subjectId: ID! }
input ResolveReviewThreadInput { ${CLIENT_ID} threadId: ID! }
input UnminimizeCommentInput { ${CLIENT_ID} subjectId: ID! }
input UnresolveReviewThreadInput { ${CLIENT_ID} threadId: ID! }
type AddPullRequestReviewThreadReplyPayload { ${CLIENT_ID} comment: PullRequestReviewComment }
type AddReactionPayload { ${CLIENT_ID} reaction: Reaction subject: Reactable }
type ConvertPullRequestToDraftPayload { ${CLIENT_ID} pullRequest: PullRequest }
type MarkPullRequestReadyForReviewPayload { ${CLIENT_ID} pullRequest: PullRequest }
type MinimizeCommentPayload { ${CLIENT_ID} minimizedComment: Minimizable }
type RemoveReactionPayload { ${CLIENT_ID} reaction: Reaction subject: Reactable }
type ResolveReviewThreadPayload { ${CLIENT_ID} thread: PullRequestReviewThread }
type UnminimizeCommentPayload { ${CLIENT_ID} unminimizedComment: Minimizable }
type UnresolveReviewThreadPayload { ${CLIENT_ID} thread: PullRequestReviewThread }
`);
