using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>The schema of the form in which plans are saved: see <see cref="PlanDocument"/>.</summary>
internal static class PlanJsonSchema
{
    public static JsonElement Schema { get; } = JsonElement.Parse(
        """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "A plan of subtasks",
          "type": "object",
          "properties": {
            "version": { "const": 1, "description": "The version of this form." },
            "goal": { "type": "string", "description": "What the plan is for, in words." },
            "subtasks": { "$ref": "#/$defs/subtasks" }
          },
          "required": ["subtasks"],
          "additionalProperties": false,
          "$defs": {
            "plan": {
              "type": "object",
              "properties": {
                "goal": { "type": "string" },
                "subtasks": { "$ref": "#/$defs/subtasks" }
              },
              "required": ["subtasks"],
              "additionalProperties": false
            },
            "subtasks": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/subtask" } },
            "id": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" },
            "ids": {
              "type": "array",
              "items": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})*$" }
            },
            "output": {
              "type": "string",
              "pattern": "^[A-Za-z0-9_-]{1,64}(~1[A-Za-z0-9_-]{1,64})*(/[^\\n]*)?$",
              "description": "The id of a dependency, or id/path to a part of its output, a JSON pointer. A slash within the id is written ~1."
            },
            "seconds": { "type": "number", "exclusiveMinimum": 0 },
            "subtask": {
              "type": "object",
              "properties": {
                "id": { "$ref": "#/$defs/id" },
                "name": { "type": "string", "description": "A short name for people." },
                "description": { "type": "string", "description": "What the subtask is for." },
                "type": { "type": "string", "minLength": 1, "description": "A registered task type; \"$plan\" with a plan." },
                "dependsOn": { "$ref": "#/$defs/ids", "description": "The subtasks that must succeed before." },
                "optionalDependsOn": { "$ref": "#/$defs/ids", "description": "The subtasks that must have ended before." },
                "arguments": { "description": "The input. {\"$output\": \"id/path\"} is replaced with an output, {\"$item\": \"/path\"} for an item of the list, {\"$secret\": \"name\"} for a secret." },
                "when": {
                  "type": "object",
                  "properties": {
                    "output": { "$ref": "#/$defs/output" },
                    "is": { "enum": ["equals", "notEquals", "greaterThan", "lessThan", "exists"] },
                    "value": {}
                  },
                  "required": ["output", "is"],
                  "additionalProperties": false
                },
                "forEach": { "anyOf": [{ "$ref": "#/$defs/output" }, { "type": "array" }], "description": "The work is done once for each item of this list." },
                "onItemFailure": {
                  "anyOf": [{ "enum": ["fail", "continue"] }, { "type": "integer", "minimum": 0 }],
                  "description": "What failed items of forEach mean: \"fail\" (the default), \"continue\", or the number of items that may fail."
                },
                "waitsForAdded": { "type": "boolean", "description": "Whether it waits for everything that its dependencies add to the run. By default, when it changes something outside." },
                "plan": { "$ref": "#/$defs/plan" },
                "policy": {
                  "type": "object",
                  "properties": {
                    "maxAttempts": { "type": "integer", "minimum": 1, "maximum": 10000 },
                    "timeoutSeconds": { "$ref": "#/$defs/seconds" },
                    "totalTimeoutSeconds": { "$ref": "#/$defs/seconds" },
                    "idleTimeoutSeconds": { "$ref": "#/$defs/seconds" },
                    "requiresApproval": { "type": "boolean" },
                    "fallback": { "description": "The output when the work fails for good." }
                  },
                  "additionalProperties": false
                },
                "estimatedMinutes": { "type": "number", "minimum": 0, "maximum": 527040, "description": "How long one attempt is expected to take." },
                "resources": { "type": "object", "additionalProperties": { "type": "integer", "minimum": 0 }, "description": "The resources it holds while it runs, in addition to those of its task type." }
              },
              "required": ["id", "type"],
              "additionalProperties": false
            }
          }
        }
        """);
}
