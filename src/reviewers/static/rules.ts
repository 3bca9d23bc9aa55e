// The rules of the static reviewer, in the order of docs/rules.md. A rule that is not listed here does not exist.
import type { RuleChoice } from "../../reviewer.ts";
import type { Rule } from "./rule.ts";
import * as goFlow from "./rules/go-flow.ts";
import * as goValues from "./rules/go-values.ts";
import { oxlintRules } from "./rules/oxlint-rule.ts";
import * as packaging from "./rules/packaging.ts";
import * as pythonFlow from "./rules/python-flow.ts";
import * as pythonValues from "./rules/python-values.ts";
import * as promises from "./rules/script-promises.ts";
import * as security from "./rules/script-security.ts";
import * as values from "./rules/script-values.ts";
import { committedSecret } from "./rules/secrets.ts";
import * as text from "./rules/text.ts";
import * as workflow from "./rules/workflow.ts";

/** Version of the rule set; a change of what is found changes it. Shown as `static rules {version} ({n} rules)`. */
export const RULES_VERSION = "1.0";

/** Every rule, on by default or not. */
export const RULES: readonly Rule[] = [
  text.mergeConflictMarker,
  text.bidirectionalControl,
  text.hiddenCharacters,
  committedSecret,
  text.focusedTest,
  text.leftoverBreakpoint,
  text.todoComment,
  workflow.workflowExpressionInjection,
  workflow.workflowTargetCheckout,
  workflow.workflowEnvironmentFromArtifact,
  workflow.workflowWriteAll,
  workflow.workflowUnpinnedAction,
  packaging.installScriptFetches,
  packaging.installScriptAdded,
  packaging.dockerfilePipeToShell,
  packaging.dockerfileSecret,
  promises.asyncForEach,
  promises.asyncPredicate,
  promises.droppedPromise,
  promises.promiseAsCondition,
  promises.bodyReaderNotCalled,
  values.dateComparedByIdentity,
  values.indexPastEnd,
  values.parseIntAsCallback,
  values.numbersSortedAsText,
  values.indexOfAsCondition,
  values.arrayChangedWhileIterating,
  values.stateChangedInPlace,
  security.sqlFromTemplate,
  security.shellFromTemplate,
  security.evaluatedInput,
  security.tlsCheckOff,
  security.weakPasswordHash,
  security.signatureComparedInTime,
  pythonFlow.mutableDefault,
  pythonFlow.clockAsDefault,
  pythonFlow.literalIdentity,
  pythonFlow.swallowedEverything,
  pythonFlow.exceptOr,
  pythonFlow.returnInFinally,
  pythonFlow.tupleAssertion,
  pythonFlow.raisedConstant,
  pythonFlow.collectionChangedWhileIterating,
  pythonFlow.lateBoundLoopVariable,
  pythonValues.coroutineNotAwaited,
  pythonValues.nanComparison,
  pythonValues.strippedSuffix,
  pythonValues.forgottenFormat,
  pythonValues.sqlFromFormat,
  pythonValues.shellFromFormat,
  pythonValues.unsafeLoad,
  goFlow.deferInLoop,
  goFlow.addInsideGoroutine,
  goFlow.lockHeldOnReturn,
  goFlow.bodyNotClosed,
  goFlow.errorOverwritten,
  goFlow.breakInSelect,
  goFlow.handlerGoesOn,
  goValues.nilMapWrite,
  goValues.sleepWithoutUnit,
  goValues.unbufferedSignal,
  goValues.sqlFromSprintf,
  ...oxlintRules,
];

/** The rules of a run: those that are on by default, without and with what the repository chose. Unknown ids change nothing. */
export function activeRules({ disable, enable }: RuleChoice = { disable: [], enable: [] }): readonly Rule[] {
  return RULES.filter(
    ({ id, isOnByDefault }) => !disable.includes(id) && (isOnByDefault !== false || enable.includes(id)),
  );
}
