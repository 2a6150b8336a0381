using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Journal;

public sealed partial class JournalCodecTests
{
    private static readonly SubtaskError Error = new("InvalidDataException", "Bad data.");

    /// <summary>Every kind as it is written. Journals live longer than versions: a change here needs a new version of the form.</summary>
    public static TheoryData<string> Lines => [.. Facts.Select(fact => fact.Line)];

    private static (string Line, RunFact Fact)[] Facts { get; } =
    [
        ("""{"kind":"run-started","v":1,"at":5}""", new RunFact(RunFactKind.RunStarted, 5)),
        ("""{"kind":"approval-requested","subtask":2,"fingerprint":"F","arguments":{"a":[1,null]},"v":1,"at":5}""", new RunFact(RunFactKind.ApprovalRequested, 5, 2, payload: new ApprovalQuestion("F", JsonElement.Parse("""{"a":[1,null]}""")))),
        ("""{"kind":"approval-decided","subtask":2,"approved":true,"by":"me","reason":"Ünï","v":1,"at":5}""".Replace("Ünï", "\\u00DCn\\u00EF", StringComparison.Ordinal), new RunFact(RunFactKind.ApprovalDecided, 5, 2, detail: 1, payload: new ApprovalAnswer("me", "Ünï"))),
        ("""{"kind":"approval-decided","subtask":2,"approved":false,"v":1,"at":5}""", new RunFact(RunFactKind.ApprovalDecided, 5, 2, payload: new ApprovalAnswer(null, null))),
        ("""{"kind":"start-held","subtask":2,"reason":"shared-prompt","until":9,"v":1,"at":5}""", new RunFact(RunFactKind.StartHeld, 5, 2, detail: (byte)HoldReason.SharedPrompt, payload: new StartHold(9))),
        ("""{"kind":"attempt-started","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptStarted, 5, 2, 1)),
        ("""{"kind":"attempt-timed-out","subtask":2,"attempt":1,"limit":"idle","v":1,"at":5}""", new RunFact(RunFactKind.AttemptTimedOut, 5, 2, 1, (byte)TimeLimit.Idle)),
        ("""{"kind":"attempt-abandoned","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptAbandoned, 5, 2, 1)),
        ("""{"kind":"attempt-interrupted","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptInterrupted, 5, 2, 1)),
        ("""{"kind":"attempt-failed","subtask":2,"attempt":1,"error":{"kind":"InvalidDataException","message":"Bad data."},"retryAt":9,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptFailed, 5, 2, 1, payload: new AttemptRetry(Error, 9))),
        ("""{"kind":"attempt-started","subtask":2,"attempt":1,"early":true,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptStarted, 5, 2, 1, detail: 1)),
        ("""{"kind":"attempt-confirmed","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptConfirmed, 5, 2, 1)),
        ("""{"kind":"output-dropped","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.OutputDropped, 5, 2, 1)),
        ("""{"kind":"output-dropped","subtask":2,"attempt":1,"error":{"kind":"InvalidDataException","message":"Bad data."},"v":1,"at":5}""", new RunFact(RunFactKind.OutputDropped, 5, 2, 1, payload: Error)),
        ("""{"kind":"held-output-counted","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, 1, (byte)OutputOrigin.Executed, new HeldOutput(null))),
        ("""{"kind":"attempt-deferred","subtask":2,"attempt":1,"submission":3,"until":9,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptDeferred, 5, 2, 1, payload: new DeferredAttempt(3, 9))),
        ("""{"kind":"calls-submitted","submission":3,"endpoint":"gpt","batchId":"batch_1","v":1,"at":5}""", new RunFact(RunFactKind.CallsSubmitted, 5, payload: new SubmittedCalls(3, "gpt", "batch_1"))),
        ("""{"kind":"attempt-started","subtask":2,"attempt":2,"hedgeOf":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptStarted, 5, 2, 2, payload: new HedgeMark(1))),
        ("""{"kind":"attempt-dropped","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.AttemptDropped, 5, 2, 1)),
        ("""{"kind":"attempt-dropped","subtask":2,"attempt":2,"error":{"kind":"InvalidDataException","message":"Bad data."},"v":1,"at":5}""", new RunFact(RunFactKind.AttemptDropped, 5, 2, 2, payload: Error)),
        ("""{"kind":"flight-joined","subtask":2,"ownerRun":"r","ownerSubtask":"s","v":1,"at":5}""", new RunFact(RunFactKind.FlightJoined, 5, 2, payload: new JoinedFlight("r", "s"))),
        ("""{"kind":"work-avoided","subtask":2,"duration":9,"inputTokens":3,"outputTokens":4,"cost":0.5,"v":1,"at":5}""", new RunFact(RunFactKind.WorkAvoided, 5, 2, payload: new AvoidedWork(new TaskUsage(3, 4, 0.5m), 9))),
        ("""{"kind":"usage-counted","subtask":2,"attempt":1,"inputTokens":3,"outputTokens":4,"cost":0.5,"v":1,"at":5}""", new RunFact(RunFactKind.UsageCounted, 5, 2, 1, payload: new TaskUsage(3, 4, 0.5m))),
        ("""{"kind":"subtask-shared","subtask":2,"with":1,"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, detail: (byte)OutputOrigin.Shared, payload: new SharedOutput(1, "x"))),
        ("""{"kind":"subtask-failed","subtask":2,"attempt":1,"error":{"kind":"InvalidDataException","message":"Bad data."},"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskFailed, 5, 2, 1, payload: Error)),
        ("""{"kind":"subtask-failed","subtask":2,"attempt":0,"with":1,"error":{"kind":"InvalidDataException","message":"Bad data."},"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskFailed, 5, 2, payload: new SharedFailure(1, Error))),
        ("""{"kind":"subtask-skipped","subtask":2,"cause":1,"reason":"run-stopped","v":1,"at":5}""", new RunFact(RunFactKind.SubtaskSkipped, 5, 2, payload: new SkipCause(1, SkipReason.RunStopped))),
        ("""{"kind":"subtask-cancel-requested","subtask":2,"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskCancelRequested, 5, 2)),
        ("""{"kind":"subtask-cancelled","subtask":2,"attempt":0,"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskCancelled, 5, 2)),
        ("""{"kind":"budget-exhausted","limit":"tokens","v":1,"at":5}""", new RunFact(RunFactKind.BudgetExhausted, 5, detail: (byte)BudgetLimit.Tokens)),
        ("""{"kind":"budget-extended","budget":{"maxAttempts":7,"maxTime":600000000,"whenExhausted":"ask"},"v":1,"at":5}""", new RunFact(RunFactKind.BudgetExtended, 5, payload: new RunBudget { MaxAttempts = 7, MaxTime = TimeSpan.FromMinutes(1), WhenExhausted = BudgetAction.Ask })),
        ("""{"kind":"run-paused","reason":"Wrong prices.","v":1,"at":5}""", new RunFact(RunFactKind.RunPaused, 5, payload: "Wrong prices.")),
        ("""{"kind":"run-continued","v":1,"at":5}""", new RunFact(RunFactKind.RunContinued, 5)),
        ("""{"kind":"stop-requested","reason":"failure","v":1,"at":5}""", new RunFact(RunFactKind.StopRequested, 5, detail: (byte)StopReason.Failure)),
        ("""{"kind":"compensation-started","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.CompensationStarted, 5, 2, 1)),
        ("""{"kind":"compensation-failed","subtask":2,"attempt":1,"error":{"kind":"InvalidDataException","message":"Bad data."},"retryAt":0,"v":1,"at":5}""", new RunFact(RunFactKind.CompensationFailed, 5, 2, 1, payload: new AttemptRetry(Error, 0))),
        ("""{"kind":"subtask-compensated","subtask":2,"attempt":1,"v":1,"at":5}""", new RunFact(RunFactKind.SubtaskCompensated, 5, 2, 1)),
        ("""{"kind":"run-ended","outcome":"budget-exhausted","v":1,"at":5}""", new RunFact(RunFactKind.RunEnded, 5, detail: (byte)RunOutcome.BudgetExhausted)),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_fact_is_written_and_read_back_to_the_letter(string line)
    {
        RunFact fact = Facts.Single(next => next.Line == line).Fact;
        Assert.Equal(line, Write(fact));
        RunFact again = Read(line);
        Assert.Equal((fact.Kind, fact.Time, fact.Subtask, fact.Attempt, fact.Detail), (again.Kind, again.Time, again.Subtask, again.Attempt, again.Detail));
        Assert.Equal(line, Write(again));
    }

    [Fact]
    public void Outputs_are_written_as_they_are_or_by_the_name_of_their_blob()
    {
        var fact = new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, 1, (byte)OutputOrigin.Cached);
        Assert.Equal("""{"kind":"subtask-succeeded","subtask":2,"attempt":1,"origin":"cached","output":null,"v":1,"at":5}""", Write(fact.With(new StoredOutput(JsonElement.Parse("null")))));
        Assert.Equal("""{"kind":"subtask-succeeded-large","subtask":2,"attempt":1,"origin":"cached","blob":"AB","v":1,"at":5}""", Write(fact.With(new StoredOutput("AB"))));
        const string Executed = """{"kind":"subtask-succeeded","subtask":2,"attempt":1,"output":{"big":12345678901234567890.10},"v":1,"at":5}""";
        RunFact read = Read(Executed);
        Assert.Equal((byte)OutputOrigin.Executed, read.Detail);
        Assert.Equal(Executed, Write(read));
    }

    [Fact]
    public void A_fact_that_no_line_can_hold_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Write(new RunFact(RunFactKind.PlanCompleted, 5)));
        Assert.Throws<InvalidOperationException>(() => Write(new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, 1, payload: "an output of its own type")));
    }

    [Theory]
    [InlineData("""{"kind":"subtask-paused","subtask":2,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":1,"v":1,"at":5,"more":1}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":1,"v":1}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"subtask":2,"attempt":1,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","subtask":"2","attempt":1,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","Subtask":2,"attempt":1,"v":1,"at":5}""")]
    [InlineData("""{"kind":"stop-requested","reason":"Failure","v":1,"at":5}""")]
    [InlineData("""{"kind":"stop-requested","reason":1,"v":1,"at":5}""")]
    [InlineData("""{"kind":"stop-requested","reason":"failure, timeout","v":1,"at":5}""")]
    [InlineData("""{"kind":"subtask-failed","subtask":2,"attempt":1,"error":null,"v":1,"at":5}""")]
    [InlineData("""{"kind":"subtask-failed","subtask":2,"attempt":0,"with":-1,"error":{"kind":"K","message":"M"},"v":1,"at":5}""")]
    [InlineData("""{"kind":"subtask-failed","subtask":2,"attempt":1,"error":{"kind":"X"},"v":1,"at":5}""")]
    [InlineData("""{"subtask":2,"attempt":1,"v":1,"at":5}""")]
    [InlineData("""{"$type":"System.IO.FileInfo, System.IO","kind":"run-started","v":1,"at":5}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{")]
    public void What_is_unknown_missing_or_damaged_is_refused_by_its_place(string line)
    {
        RunStoreException refusal = Assert.Throws<RunStoreException>(() => Read(line));
        Assert.Contains("Event 7 of the run r", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_one_of_its_properties_or_with_one_of_them_twice_is_refused_by_its_name()
    {
        foreach (RunFact fact in JournalVarieties.All)
        {
            JsonProperty[] properties = [.. JsonElement.Parse(JournalCodec.Write(fact)).EnumerateObject()];
            for (int i = 1; i < properties.Length; i++)
            {
                string name = properties[i].Name;
                bool isOptional = name is "by" or "origin" or "cacheKey" or "cacheEpochs" or "models" or "deadlineOf" or "batch" or "batchBroken" or "early" or "hedgeOf" or "unused"
                    || (name == "with" && fact.Payload is not SharedOutput) || (name == "error" && fact.Kind is RunFactKind.OutputDropped or RunFactKind.AttemptDropped) || (name == "reason" && fact.Kind is RunFactKind.ApprovalDecided or RunFactKind.RunPaused);
                string without = Line(properties.Where((_, place) => place != i));
                if (isOptional)
                {
                    Assert.Equal(without, Write(Read(without)));
                }
                else
                {
                    Assert.Equal($"Event 7 of the run r cannot be read: '{name}' is missing.", Assert.Throws<RunStoreException>(() => Read(without)).Message);
                }

                Assert.Equal($"Event 7 of the run r cannot be read: '{name}' appears twice.", Assert.Throws<RunStoreException>(() => Read(Line([.. properties, properties[i]]))).Message);
            }
        }

        static string Line(IEnumerable<JsonProperty> properties) => $"{{{string.Join(',', properties.Select(property => $"\"{property.Name}\":{property.Value.GetRawText()}"))}}}";
    }

    [Theory]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":1,"v":2,"at":5}""")]
    [InlineData("""{"kind":"attempt-paused","v":2,"at":5,"more":1}""")]
    public void Another_version_is_refused_as_such(string line) =>
        Assert.Contains("has the form 2; this version of the library reads the form 1", Assert.Throws<RunStoreException>(() => Read(line)).Message, StringComparison.Ordinal);

    /// <summary>The lines of every kind, each with one of its numbers below its range.</summary>
    public static TheoryData<string> Numbers =>
    [
        .. Lines.Select(line => line.Data)
            .Append("""{"kind":"subtask-succeeded","subtask":2,"attempt":1,"output":null,"v":1,"at":5}""")
            .Append("""{"kind":"subtask-succeeded-large","subtask":2,"attempt":1,"blob":"AB","v":1,"at":5}""")
            .Append("""{"kind":"output-held","subtask":2,"attempt":1,"output":null,"v":1,"at":5}""")
            .Append("""{"kind":"output-held-large","subtask":2,"attempt":1,"blob":"AB","v":1,"at":5}""")
            .Append("""{"kind":"subtask-fell-back","subtask":2,"attempt":1,"error":{"kind":"K","message":"M"},"output":null,"v":1,"at":5}""")
            .Append("""{"kind":"subtasks-added","subtask":2,"plan":{"subtasks":[]},"joined":true,"taskTypes":{},"v":1,"at":5}""")
            .SelectMany(line => Number().Matches(line).Select(number => $"{line[..number.Index]}-1{line[(number.Index + number.Length)..]}")),
    ];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_below_its_range_is_refused_by_its_name(string line)
    {
        string message = Assert.Throws<RunStoreException>(() => Read(line)).Message;
        Assert.StartsWith("Event 7 of the run r ", message, StringComparison.Ordinal);
        Assert.Matches("'[A-Za-z]+' is -1[,;]|has the form -1;", message);
    }

    [Fact]
    public void The_rules_cover_the_numbers_of_every_kind()
    {
        IEnumerable<string> kinds = JournalKinds.All.Select(kind => kind.Name.Value);

        Assert.Equal(kinds.Order(), Numbers.Select(line => Kind().Match(line.Data).Groups[1].Value).Distinct().Order());
    }

    [Theory]
    [InlineData("""{"kind":"run-started","v":1,"at":3155378975999999999}""")]
    [InlineData("""{"kind":"run-started","v":1,"at":3155378976000000000}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":1,"v":1,"at":9223372036854775807}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":65535,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-started","subtask":2,"attempt":0,"v":1,"at":5}""")]
    [InlineData("""{"kind":"subtask-succeeded","subtask":2,"attempt":65536,"output":null,"v":1,"at":5}""")]
    [InlineData("""{"kind":"attempt-failed","subtask":2,"attempt":1,"error":{"kind":"A","message":"B"},"retryAt":9223372036854775807,"v":1,"at":5}""")]
    [InlineData("""{"kind":"compensation-failed","subtask":2,"attempt":1,"error":{"kind":"A","message":"B"},"retryAt":9223372036854775807,"v":1,"at":5}""")]
    [InlineData("""{"kind":"budget-extended","budget":{"maxTime":9223372036854775807,"whenExhausted":"ask"},"v":1,"at":5}""")]
    [InlineData("""{"kind":"budget-extended","budget":{"maxCost":0,"whenExhausted":"ask"},"v":1,"at":5}""")]
    [InlineData("""{"kind":"budget-extended","budget":{"maxTokens":0,"whenExhausted":"ask"},"v":1,"at":5}""")]
    public void A_number_that_no_run_can_have_is_refused(string line) =>
        Assert.StartsWith("Event 7 of the run r cannot be read: '", Assert.Throws<RunStoreException>(() => Read(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_lines_are_refused_or_read_and_nothing_else_comes_of_them()
    {
        int refused = 0;
        long count = Simulations.Of(250_000);
        for (int seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            byte[] line = Encoding.UTF8.GetBytes(Facts[random.Next(Facts.Length)].Line);
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                line[random.Next(line.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : "{}[]\",:0123456789nulltrue"[random.Next(25)]);
            }

            try
            {
                _ = JournalCodec.Read(line, "r", 7);
            }
            catch (RunStoreException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, count / 2, count - 1);
    }

    [GeneratedRegex("(?<=\"(subtask|attempt|v|at|retryAt|inputTokens|outputTokens|cost|with|cause|maxAttempts|maxTime)\":)[0-9.]+")]
    private static partial Regex Number();

    [GeneratedRegex("\"kind\":\"([a-z-]+)\"")]
    private static partial Regex Kind();

    private static string Write(in RunFact fact) => Encoding.UTF8.GetString(JournalCodec.Write(fact));

    private static RunFact Read(string line) => JournalCodec.Read(Encoding.UTF8.GetBytes(line), "r", 7);
}
