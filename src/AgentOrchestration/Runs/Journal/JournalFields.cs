using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>The properties that lines are made of.</summary>
internal static class JournalFields
{
    private static readonly JournalJsonContext Json = JournalJsonContext.Default;

    public static JournalField Version { get; } = Number("v", static (in _) => JournalJson.CurrentVersion, static (ref line, value) => line.Version = value);

    /// <summary>When, in UTC ticks.</summary>
    public static JournalField At { get; } = Number("at", static (in fact) => fact.Time, static (ref line, value) => line.At = value);

    public static JournalField Subtask { get; } = Number("subtask", static (in fact) => fact.Subtask, static (ref line, value) => line.Subtask = value, static (in line) => JournalRules.WhyNoSubtask("subtask", line.Subtask));

    public static JournalField Attempt { get; } = AttemptFrom(1);

    /// <summary>The attempt, or 0 where none has started.</summary>
    public static JournalField AttemptOrNone { get; } = AttemptFrom(0);

    public static JournalField Plan { get; } = new("plan")
    {
        Write = static (writer, name, in fact) => Serialize(writer, name, ((AddedPlan)fact.Payload!).Plan, Json.TaskPlan),
        Read = static (ref reader, ref line) => line.Plan = Deserialize(ref reader, Json.TaskPlan),
    };

    public static JournalField Joined { get; } = new("joined")
    {
        Write = static (writer, name, in fact) => writer.WriteBoolean(name, ((AddedPlan)fact.Payload!).IsJoined),
        Read = static (ref reader, ref line) => line.IsJoined = reader.GetBoolean(),
    };

    public static JournalField TaskTypes { get; } = new("taskTypes")
    {
        Write = static (writer, name, in fact) => Serialize(writer, name, ((AddedPlan)fact.Payload!).TaskTypes, Json.IReadOnlyDictionaryStringInt32),
        Read = static (ref reader, ref line) => line.TaskTypes = Deserialize(ref reader, Json.IReadOnlyDictionaryStringInt32),
    };

    public static JournalField Fingerprint { get; } = new("fingerprint")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((ApprovalQuestion)fact.Payload!).Fingerprint),
        Read = static (ref reader, ref line) => line.Fingerprint = TextOf(ref reader),
    };

    public static JournalField Arguments { get; } = new("arguments")
    {
        Write = static (writer, name, in fact) => Serialize(writer, name, ((ApprovalQuestion)fact.Payload!).Arguments, Json.JsonElement),
        Read = static (ref reader, ref line) => line.Json = JsonSerializer.Deserialize(ref reader, Json.JsonElement),
    };

    public static JournalField Approved { get; } = new("approved")
    {
        Write = static (writer, name, in fact) => writer.WriteBoolean(name, fact.Detail != 0),
        Read = static (ref reader, ref line) => line.Detail = reader.GetBoolean() ? (byte)1 : (byte)0,
    };

    public static JournalField By { get; } = new("by")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, ((ApprovalAnswer)fact.Payload!).By),
        Read = static (ref reader, ref line) => line.By = reader.GetString(),
    };

    public static JournalField Reason { get; } = new("reason")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, ((ApprovalAnswer)fact.Payload!).Reason),
        Read = static (ref reader, ref line) => line.Reason = reader.GetString(),
    };

    /// <summary>The batch of an attempt; not written when it is alone.</summary>
    public static JournalField Batch { get; } = new("batch")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Payload is BatchMark batch)
            {
                writer.WriteNumber(name, batch.Number);
            }
        },
        Read = static (ref reader, ref line) => line.Other = reader.GetInt32(),
        WhyInvalid = static (in line) => JournalRules.WhyNegative("batch", line.Other),
    };

    /// <summary>Whether an attempt starts early; not written when it does not.</summary>
    public static JournalField Early { get; } = new("early")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Detail != 0)
            {
                writer.WriteBoolean(name, true);
            }
        },
        Read = static (ref reader, ref line) => line.Detail = reader.GetBoolean() ? (byte)1 : (byte)0,
    };

    /// <summary>The attempt that an attempt starts beside; not written when it starts alone.</summary>
    public static JournalField HedgeOf { get; } = new("hedgeOf")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Payload is HedgeMark mark)
            {
                writer.WriteNumber(name, mark.Original);
            }
        },
        Read = static (ref reader, ref line) => line.HedgeOf = reader.GetInt32(),
        WhyInvalid = static (in line) => JournalRules.WhyNegative("hedgeOf", line.HedgeOf),
    };

    /// <summary>Whether an attempt failed only with its batch; not written when it did not.</summary>
    public static JournalField BatchBroken { get; } = new("batchBroken")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Detail != 0)
            {
                writer.WriteBoolean(name, true);
            }
        },
        Read = static (ref reader, ref line) => line.Detail = reader.GetBoolean() ? (byte)1 : (byte)0,
    };

    /// <summary>Whether a usage is that of answers that no code takes; not written when it is not.</summary>
    public static JournalField Unused { get; } = new("unused")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Detail != 0)
            {
                writer.WriteBoolean(name, true);
            }
        },
        Read = static (ref reader, ref line) => line.Detail = reader.GetBoolean() ? (byte)1 : (byte)0,
    };

    public static JournalField TimeLimit { get; } = Word("limit", static detail => (TimeLimit)detail, static limit => (byte)limit);

    public static JournalField Error { get; } = new("error")
    {
        Write = static (writer, name, in fact) => Serialize(writer, name, ErrorOf(fact), Json.SubtaskError),
        Read = static (ref reader, ref line) => line.Error = Deserialize(ref reader, Json.SubtaskError),
    };

    /// <summary>Why an attempt has failed; not written when it has not.</summary>
    public static JournalField ErrorIfAny { get; } = new("error")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (fact.Payload is SubtaskError error)
            {
                Serialize(writer, name, error, Json.SubtaskError);
            }
        },
        Read = static (ref reader, ref line) => line.Error = Deserialize(ref reader, Json.SubtaskError),
    };

    /// <summary>When it is tried again, in UTC ticks; 0 when it is not.</summary>
    public static JournalField RetryAt { get; } = Number("retryAt", static (in fact) => ((AttemptRetry)fact.Payload!).RetryAt, static (ref line, value) => line.RetryAt = value, static (in line) => JournalRules.WhyNoTime("retryAt", line.RetryAt));

    public static JournalField HoldReason { get; } = Word("reason", static detail => (HoldReason)detail, static reason => (byte)reason);

    /// <summary>Until when a start is held at most, in UTC ticks.</summary>
    public static JournalField Until { get; } = Number("until", static (in fact) => ((StartHold)fact.Payload!).Until, static (ref line, value) => line.RetryAt = value, static (in line) => JournalRules.WhyNoTime("until", line.RetryAt));

    /// <summary>The submission that the calls of an attempt are in.</summary>
    public static JournalField DeferredTo { get; } = Number("submission", static (in fact) => ((DeferredAttempt)fact.Payload!).Submission, static (ref line, value) => line.Other = value, static (in line) => JournalRules.WhyNoSubmission(line.Other));

    /// <summary>Until when answers are waited for at most, in UTC ticks.</summary>
    public static JournalField DeferredUntil { get; } = Number("until", static (in fact) => ((DeferredAttempt)fact.Payload!).Until, static (ref line, value) => line.RetryAt = value, static (in line) => JournalRules.WhyNoTime("until", line.RetryAt));

    public static JournalField Submission { get; } = Number("submission", static (in fact) => ((SubmittedCalls)fact.Payload!).Submission, static (ref line, value) => line.Other = value, static (in line) => JournalRules.WhyNoSubmission(line.Other));

    public static JournalField Endpoint { get; } = new("endpoint")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((SubmittedCalls)fact.Payload!).Endpoint),
        Read = static (ref reader, ref line) => line.Endpoint = TextOf(ref reader),
    };

    /// <summary>The id that a batch endpoint has given to a submission.</summary>
    public static JournalField BatchId { get; } = new("batchId")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((SubmittedCalls)fact.Payload!).BatchId),
        Read = static (ref reader, ref line) => line.BatchId = TextOf(ref reader),
    };

    public static JournalField InputTokens { get; } = Number("inputTokens", static (in fact) => UsageOf(fact).InputTokens, static (ref line, value) => line.InputTokens = value, static (in line) => JournalRules.WhyNegative("inputTokens", line.InputTokens));

    public static JournalField OutputTokens { get; } = Number("outputTokens", static (in fact) => UsageOf(fact).OutputTokens, static (ref line, value) => line.OutputTokens = value, static (in line) => JournalRules.WhyNegative("outputTokens", line.OutputTokens));

    public static JournalField Cost { get; } = new("cost")
    {
        Write = static (writer, name, in fact) => writer.WriteNumber(name, UsageOf(fact).Cost),
        Read = static (ref reader, ref line) => line.Cost = reader.GetDecimal(),
        WhyInvalid = static (in line) => JournalRules.WhyNegative("cost", line.Cost),
    };

    /// <summary>The part of a usage that is known by model; not written when there is none.</summary>
    public static JournalField Models { get; } = new("models")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if (UsageOf(fact).Models is { Count: > 0 } models)
            {
                Serialize(writer, name, models, Json.IReadOnlyListModelUsage);
            }
        },
        Read = static (ref reader, ref line) => line.Models = Deserialize(ref reader, Json.IReadOnlyListModelUsage),
        WhyInvalid = static (in line) => line.Models?.Select(static usage => usage is null ? "'models' holds null." : usage.WhyInvalid()).FirstOrDefault(static reason => reason is not null),
    };

    /// <summary>How long the work took that was avoided, in ticks.</summary>
    public static JournalField Duration { get; } = Number("duration", static (in fact) => ((AvoidedWork)fact.Payload!).Duration, static (ref line, value) => line.Duration = value, static (in line) => JournalRules.WhyNoTime("duration", line.Duration));

    /// <summary>The run whose attempt is waited for.</summary>
    public static JournalField OwnerRun { get; } = new("ownerRun")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((JoinedFlight)fact.Payload!).RunId),
        Read = static (ref reader, ref line) => line.OwnerRun = TextOf(ref reader),
    };

    /// <summary>The subtask whose attempt is waited for, by its id in its run.</summary>
    public static JournalField OwnerSubtask { get; } = new("ownerSubtask")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((JoinedFlight)fact.Payload!).SubtaskId),
        Read = static (ref reader, ref line) => line.OwnerSubtask = TextOf(ref reader),
    };

    /// <summary>Where the result cache keeps the output; not written when it does not.</summary>
    public static JournalField CacheKey { get; } = new("cacheKey")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, ((StoredOutput)fact.Payload!).CacheKey),
        Read = static (ref reader, ref line) => line.CacheKey = reader.GetString(),
    };

    /// <summary>The epochs of the result cache that the output belongs to; not written when it does not keep it.</summary>
    public static JournalField CacheEpochs { get; } = new("cacheEpochs")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, ((StoredOutput)fact.Payload!).CacheEpochs),
        Read = static (ref reader, ref line) => line.CacheEpochs = reader.GetString(),
    };

    /// <summary>Where an output comes from; not written when an attempt has made it, as nearly always.</summary>
    public static JournalField Origin { get; } = new("origin")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if ((OutputOrigin)fact.Detail is var origin && origin != OutputOrigin.Executed)
            {
                writer.WriteString(name, EnumNames<OutputOrigin>.NameOf(origin));
            }
        },
        Read = static (ref reader, ref line) => line.Detail = reader.TokenType == JsonTokenType.Null ? (byte)OutputOrigin.Executed : (byte)EnumNames<OutputOrigin>.Read(ref reader),
        WhyInvalid = static (in line) => line.Detail == (byte)OutputOrigin.Fallback ? "'origin' is fallback, which has a kind of its own." : null,
    };

    /// <summary>An output as it was written: strictness is for what the journal says, not for what it carries.</summary>
    public static JournalField Output { get; } = new("output")
    {
        Write = static (writer, name, in fact) =>
        {
            writer.WritePropertyName(name);
            ((StoredOutput)fact.Payload!).WriteTo(writer);
        },
        Read = static (ref reader, ref line) => line.Json = JsonElement.ParseValue(ref reader),
        TryScan = static (ref rest, ref line) =>
        {
            bool isValue = rest.TryValue(out JsonElement output);
            line.Json = output;
            return isValue;
        },
    };

    /// <summary>The output of a subtask whose work has failed.</summary>
    public static JournalField Fallback { get; } = new("output")
    {
        Write = static (writer, name, in fact) =>
        {
            writer.WritePropertyName(name);
            ((FallbackOutput)fact.Payload!).Json.WriteTo(writer);
        },
        Read = Output.Read,
    };

    public static JournalField Blob { get; } = new("blob")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, ((StoredOutput)fact.Payload!).Blob),
        Read = static (ref reader, ref line) => line.Blob = TextOf(ref reader),
    };

    /// <summary>The subtask that has made the output.</summary>
    public static JournalField SharedWith { get; } = Number("with", static (in fact) => ((SharedOutput)fact.Payload!).Worker, static (ref line, value) => line.Other = value, static (in line) => JournalRules.WhyNoSubtask("with", line.Other));

    /// <summary>The subtask whose work failed for both; not written when there is none.</summary>
    public static JournalField FailedWith { get; } = new("with")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) =>
        {
            if ((fact.Payload is FallbackOutput fallback ? fallback.Worker : (fact.Payload as SharedFailure)?.Worker) is { } worker)
            {
                writer.WriteNumber(name, worker);
            }
        },
        Read = static (ref reader, ref line) => line.FailedWith = reader.GetInt32(),
        WhyInvalid = static (in line) => line.FailedWith is { } worker ? JournalRules.WhyNoSubtask("with", worker) : null,
    };

    public static JournalField Cause { get; } = Number("cause", static (in fact) => ((SkipCause)fact.Payload!).Subtask, static (ref line, value) => line.Other = value, static (in line) => JournalRules.WhyNoSubtask("cause", line.Other));

    public static JournalField SkipReason { get; } = new("reason")
    {
        Write = static (writer, name, in fact) => writer.WriteString(name, EnumNames<SkipReason>.NameOf(((SkipCause)fact.Payload!).Reason)),
        Read = static (ref reader, ref line) => line.SkipReason = EnumNames<SkipReason>.Read(ref reader),
    };

    public static JournalField BudgetLimit { get; } = Word("limit", static detail => (BudgetLimit)detail, static limit => (byte)limit);

    public static JournalField Budget { get; } = new("budget")
    {
        Write = static (writer, name, in fact) => Serialize(writer, name, BudgetDocument.From((RunBudget)fact.Payload!), Json.BudgetDocument),
        Read = static (ref reader, ref line) => line.Budget = Deserialize(ref reader, Json.BudgetDocument),
        WhyInvalid = static (in line) => JournalRules.WhyInvalid(line.Budget!),
    };

    public static JournalField StopReason { get; } = Word("reason", static detail => (StopReason)detail, static reason => (byte)reason);

    /// <summary>Whose deadline has come; not written when it is the run's own, or when there is none.</summary>
    /// <summary>Why a run is paused; not written when nobody said so.</summary>
    public static JournalField PauseReason { get; } = new("reason")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, fact.Payload as string),
        Read = static (ref reader, ref line) => line.Reason = reader.GetString(),
    };

    public static JournalField DeadlineOf { get; } = new("deadlineOf")
    {
        IsOptional = true,
        Write = static (writer, name, in fact) => WriteIfAny(writer, name, fact.Payload as string),
        Read = static (ref reader, ref line) => line.Reason = reader.GetString(),
    };

    public static JournalField Outcome { get; } = Word("outcome", static detail => (RunOutcome)detail, static outcome => (byte)outcome);

    private static JournalField AttemptFrom(int fewest) =>
        Number("attempt", static (in fact) => fact.Attempt, static (ref line, value) => line.Attempt = value, (in line) => JournalRules.WhyNoAttempt(line.Attempt, fewest));

    private static JournalField Number(
        string property, JournalField.FieldGetter<int> get, JournalField.FieldSetter<int> set, JournalField.FieldRule? whyInvalid = null) => new(property)
        {
            Write = (writer, name, in fact) => writer.WriteNumber(name, get(fact)),
            Read = (ref reader, ref line) => set(ref line, reader.GetInt32()),
            TryScan = (ref rest, ref line) =>
            {
                bool isNumber = rest.TryNumber(out long value) && value <= int.MaxValue;
                set(ref line, (int)value);
                return isNumber;
            },
            WhyInvalid = whyInvalid,
        };

    private static JournalField Number(
        string property, JournalField.FieldGetter<long> get, JournalField.FieldSetter<long> set, JournalField.FieldRule? whyInvalid = null) => new(property)
        {
            Write = (writer, name, in fact) => writer.WriteNumber(name, get(fact)),
            Read = (ref reader, ref line) => set(ref line, reader.GetInt64()),
            TryScan = (ref rest, ref line) =>
            {
                bool isNumber = rest.TryNumber(out long value);
                set(ref line, value);
                return isNumber;
            },
            WhyInvalid = whyInvalid,
        };

    /// <summary>The detail of a fact, as a word.</summary>
    private static JournalField Word<T>(string property, Func<byte, T> read, Func<T, byte> write)
        where T : struct, Enum => new(property)
        {
            Write = (writer, name, in fact) => writer.WriteString(name, EnumNames<T>.NameOf(read(fact.Detail))),
            Read = (ref reader, ref line) => line.Detail = write(EnumNames<T>.Read(ref reader)),
        };

    private static TaskUsage UsageOf(in RunFact fact) => fact.Payload is AvoidedWork avoided ? avoided.Usage : (TaskUsage)fact.Payload!;

    private static SubtaskError ErrorOf(in RunFact fact) => fact.Payload switch
    {
        SubtaskError error => error,
        SharedFailure shared => shared.Error,
        FallbackOutput fallback => fallback.Error,
        _ => ((AttemptRetry)fact.Payload!).Error,
    };

    private static void WriteIfAny(Utf8JsonWriter writer, JsonEncodedText name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void Serialize<T>(Utf8JsonWriter writer, JsonEncodedText name, T value, JsonTypeInfo<T> type)
    {
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, type);
    }

    private static T Deserialize<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("It is null.");

    private static string TextOf(ref Utf8JsonReader reader) => reader.GetString() ?? throw new JsonException("It is null.");
}
