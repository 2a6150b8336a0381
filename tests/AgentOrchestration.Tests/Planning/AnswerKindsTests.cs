using System.Net;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Tests.Planning;

/// <summary>How models write plans: each kind is read as the plan that it means, and what was repaired is recorded.</summary>
public sealed class AnswerKindsTests
{
    private const string Sound = AnswerKinds.Sound;

    /// <summary>Each way of writing the same plan, with the code of its repair.</summary>
    public static TheoryData<PlanRepairCode, string> Ways
    {
        get
        {
            string list = AnswerKinds.List;
            string draft = """{"subtasks":[{"id":"get","type":"fetch","arguments":{"url":"draft.csv"}}]}""";
            string[] items = [.. JsonDocument.Parse(list).RootElement.EnumerateArray().Select(item => item.GetRawText())];
            string Keyed(bool withIds) => "{" + string.Join(',', items.Zip(["get", "cut", "tie"], (item, id) => $"\"{id}\":{(withIds ? item : item.Replace($"\"id\":\"{id}\",", "", StringComparison.Ordinal))}")) + "}";
            string python = Sound.Replace('"', '\'');
            string web = JsonSerializer.Serialize(Sound);
            string escaped = $"\"{Sound.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            return new()
            {
                { PlanRepairCode.ReasoningBlock, $"<think>First:\n{draft}\nNo, more.</think>\n{Sound}" },
                { PlanRepairCode.ReasoningBlock, $"<Thinking budget=\"9\">\n{draft}</Thinking>{Sound}" },
                { PlanRepairCode.ReasoningBlock, $"[THINK]{draft} {{\"x\": [/THINK] {Sound}" },
                { PlanRepairCode.ReasoningBlock, $"It begins without a tag. {draft}\n</think>\n\n{Sound}" },
                { PlanRepairCode.ReasoningBlock, $"<think>{draft} is a plan, and {draft} too</think>\n```json\n{Sound}\n```" },
                { PlanRepairCode.ReasoningBlock, $"<reasoning>It uses {{ and \" and [.</reasoning>{Sound}" },
                { PlanRepairCode.TrailingComma, Sound.Replace("}]}", "},]}", StringComparison.Ordinal) },
                { PlanRepairCode.TrailingComma, Sound.Replace("}", " ,\n}", StringComparison.Ordinal).Replace("[\"get\"]", "[\"get\" , ]", StringComparison.Ordinal) },
                { PlanRepairCode.TrailingComma, Sound[..^2] + ",/* no more */ ]}" },
                { PlanRepairCode.Comment, Sound.Replace("{\"id\"", "// a step, \"id\": {\n{\"id\"", StringComparison.Ordinal) },
                { PlanRepairCode.Comment, Sound.Replace(":", "/* a \" * quote */:/**/ ", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal) },
                { PlanRepairCode.Comment, "{\n  # the plan\n" + Sound[1..] + "// end" },
                { PlanRepairCode.Comment, "{ // the plan\n" + Sound[1..] },
                { PlanRepairCode.Quotes, python },
                { PlanRepairCode.Quotes, python.Replace("'a.csv'", "\"a.csv\"", StringComparison.Ordinal) },
                { PlanRepairCode.Quotes, "Here is a Python dict:\n```python\n" + python + "\n```" },
                { PlanRepairCode.Quotes, Sound.Replace("\"url\":\"a.csv\"", "\"url\":'a.csv'", StringComparison.Ordinal) },
                { PlanRepairCode.Quotes, OpenAndClose(Sound) },
                { PlanRepairCode.Quotes, Sound.Replace("\"id\"", "id", StringComparison.Ordinal).Replace("\"arguments\"", "arguments", StringComparison.Ordinal) },
                { PlanRepairCode.Quotes, Sound.Replace("\"id\"", "id", StringComparison.Ordinal).Replace("\"subtasks\"", "subtasks", StringComparison.Ordinal) },
                { PlanRepairCode.Literal, Sound.Replace("\"dependsOn\":[],", "\"dependsOn\":None,", StringComparison.Ordinal) },
                { PlanRepairCode.Literal, python.Replace("'dependsOn':[],", "'dependsOn':[],'description':None,", StringComparison.Ordinal) },
                { PlanRepairCode.WhiteSpace, Sound.Replace(":", ":\u00a0", StringComparison.Ordinal).Replace(",", ",\u2003\u200b", StringComparison.Ordinal) },
                { PlanRepairCode.WhiteSpace, "{\u00a0" + Sound[1..] },
                { PlanRepairCode.EncodedText, web },
                { PlanRepairCode.EncodedText, escaped },
                { PlanRepairCode.EncodedText, $"```json\n{escaped}\n```" },
                { PlanRepairCode.EncodedText, Sound.Replace("\"", "\\\"", StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, JsonSerializer.Serialize("{\n  \"subtasks\" :\n" + list + "\n}") },
                { PlanRepairCode.EncodedText, JsonSerializer.Serialize(list) },
                { PlanRepairCode.EncodedText, WebUtility.HtmlEncode(Sound) },
                { PlanRepairCode.EncodedText, Sound.Replace("\"", "&#34;", StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, "{&nbsp;" + Sound[1..].Replace("\"", "&quot;", StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, $$"""{"subtasks":{{JsonSerializer.Serialize(list)}}}""" },
                { PlanRepairCode.EncodedText, Sound.Replace("""{"url":"a.csv"}""", JsonSerializer.Serialize("""{"url":"a.csv"}"""), StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, Sound.Replace("""[{"$output":"cut"}]""", JsonSerializer.Serialize("""[{"$output":"cut"}]"""), StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, Sound.Replace("\"lines\":2", "\"lines\":\"2\"", StringComparison.Ordinal) },
                { PlanRepairCode.EncodedText, $$"""{"plan":{{web}}}""" },
                { PlanRepairCode.DependencyForm, Sound.Replace("[\"get\"]", "\"get\"", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("[\"get\"]", "[{\"id\":\"get\"}]", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("[\"get\"]", "{\"id\":\"get\"}", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("[\"get\"]", "[{\"$output\":\"get/lines\"}]", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("[\"cut\"]", "\"get, cut\"", StringComparison.Ordinal).Replace("[\"get\"]", "\"get\"", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("\"dependsOn\":[]", "\"dependsOn\":\"\"", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("\"dependsOn\":[]", "\"dependsOn\":[\"\"]", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("\"dependsOn\":[]", "\"dependsOn\":[null,\" \"]", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("\"dependsOn\":[]", "\"dependsOn\":{}", StringComparison.Ordinal) },
                { PlanRepairCode.DependencyForm, Sound.Replace("\"dependsOn\":[\"get\"]", "\"dependsOn\":[\"get\",\"\"]", StringComparison.Ordinal) },
                { PlanRepairCode.Number, Sound.Replace("\"lines\":2", "\"lines\":2.0", StringComparison.Ordinal) },
                { PlanRepairCode.Number, Sound.Replace("\"lines\":2", "\"lines\":20e-1", StringComparison.Ordinal) },
                { PlanRepairCode.Number, Sound.Replace("\"lines\":2", "\"lines\":0.2E1", StringComparison.Ordinal) },
                { PlanRepairCode.Number, Sound.Replace("\"estimatedMinutes\":1.5", "\"resources\":{\"cpu\":0.0}", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":\"1.5\"", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":NaN", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":-Infinity", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":1e999", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":-3", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":{\"min\":1,\"max\":2}", StringComparison.Ordinal) },
                { PlanRepairCode.Estimate, Sound.Replace(":1.5", ":\"a while\"", StringComparison.Ordinal) },
                { PlanRepairCode.Wrapper, $$"""{"plan":{{Sound}}}""" },
                { PlanRepairCode.Wrapper, $$"""{"status":"ok","result":{{Sound}},"usage":{} }""" },
                { PlanRepairCode.Wrapper, $"<tool_call>\n{{\"name\":\"task_plan\",\"arguments\":{Sound}}}\n</tool_call>" },
                { PlanRepairCode.Wrapper, $$$"""{"type":"function","function":{"name":"task_plan","arguments":{{{web}}}}}""" },
                { PlanRepairCode.Wrapper, $$"""{"$schema":"x","type":"object","properties":{{Sound}},"required":["subtasks"],"additionalProperties":false}""" },
                { PlanRepairCode.PropertyName, $$"""{"steps":{{list}}}""" },
                { PlanRepairCode.PropertyName, $$"""{"tasks":{{list}}}""" },
                { PlanRepairCode.PropertyName, $$"""{"plan":{{list}}}""" },
                { PlanRepairCode.PropertyName, $$"""{"sub_tasks":{{list}}}""" },
                { PlanRepairCode.PropertyName, Sound.Replace("dependsOn", "depends_on", StringComparison.Ordinal).Replace("estimatedMinutes", "estimated_minutes", StringComparison.Ordinal) },
                { PlanRepairCode.KeyedObject, $$"""{"subtasks":{{Keyed(withIds: false)}} }""" },
                { PlanRepairCode.KeyedObject, $$"""{"steps":{{Keyed(withIds: true)}}}""" },
                { PlanRepairCode.BareArray, list },
                { PlanRepairCode.BareArray, $"The plan:\n```json\n{list}\n```" },
                { PlanRepairCode.ExtraProperty, "{\"reasoning\":\"Because.\"," + Sound[1..] },
                { PlanRepairCode.ExtraProperty, Sound[..^1] + ",\"notes\":[\"one\",\"two\"],\"error\":null}" },
                { PlanRepairCode.ExtraProperty, Sound.Replace("{\"id\":\"cut\"", "{\"rationale\":\"It is long.\",\"id\":\"cut\"", StringComparison.Ordinal) },
                { PlanRepairCode.SamePlanAgain, $"{Sound}\n{Sound}" },
                { PlanRepairCode.SamePlanAgain, $"{Sound}\nAgain:\n```json\n{{\"subtasks\": {list}}}\n```\n{Sound}" },
                { PlanRepairCode.OtherJson, Sound + "\n\nA reference is written {\"$output\": \"cut\"}." },
                { PlanRepairCode.OtherJson, "You gave me {\"goal\":\"Describe\"}. Here it is: " + Sound },
                { PlanRepairCode.OtherJson, Sound + "\nIn short: {\"$output\": …}, and so on." },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public async Task However_a_model_writes_a_plan_it_is_read_as_what_it_means_and_the_repair_is_recorded(PlanRepairCode code, string answer)
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(answer);

        TaskPlan sound = PlanAnswerReader.Read(Sound, new PlanLimits());
        if (answer.Contains("\"get, cut\"", StringComparison.Ordinal))
        {
            sound = sound with { Subtasks = [.. sound.Subtasks.Select(subtask => subtask.Id == "tie" ? subtask with { DependsOn = ["get", "cut"] } : subtask)] };
        }

        Assert.Equal(AnswerKinds.MeaningOf(sound), AnswerKinds.MeaningOf(plan));
        Assert.Contains(plan.Repairs, repair => repair.Code == code);
    }

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public void However_it_is_written_and_in_whatever_pieces_it_comes_the_reading_is_the_same(PlanRepairCode code, string answer)
    {
        string whole = Say(AnswerKinds.Read(answer));
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);

        Assert.Equal(whole, Say(AnswerKinds.Read(answer, piece: 1)));
        Assert.Equal(whole, Say(AnswerKinds.Read(answer, piece: 7)));
        for (int cut = 1; cut < utf8.Length; cut++)
        {
            var reader = new PlanReader(new PlanLimits());
            reader.Append(utf8.AsSpan(0, cut));
            reader.Append(utf8.AsSpan(cut));
            Assert.True(whole == Say(reader.Complete()), $"{code} cut at {cut}");
        }
    }

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public void Cut_off_anywhere_no_way_of_writing_gives_another_plan(PlanRepairCode code, string answer)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);
        PlanReadResult whole = AnswerKinds.Read(answer);
        string meaning = AnswerKinds.MeaningOf(whole.Plan);
        for (int length = 1; length < utf8.Length; length++)
        {
            var reader = new PlanReader(new PlanLimits());
            reader.Append(utf8.AsSpan(0, length));
            PlanReadResult reading = reader.Complete();
            bool isDraft = code == PlanRepairCode.ReasoningBlock && answer.StartsWith("It begins", StringComparison.Ordinal) && length < utf8.Length - Sound.Length;
            Assert.True(reading.Diagnostics.Count > 0 || isDraft || AnswerKinds.MeaningOf(reading.Plan) == meaning, $"{code} cut at {length}: {Encoding.UTF8.GetString(utf8, 0, length)}");
        }
    }

    [Theory]
    [InlineData(":\"1.5\"", 1.5)]
    [InlineData(":\"5 minutes\"", 5.0)]
    [InlineData(":\"~5 min.\"", 5.0)]
    [InlineData(":\"2h\"", 120.0)]
    [InlineData(":\"30 seconds\"", 0.5)]
    [InlineData(":\"PT5M\"", 5.0)]
    [InlineData(":\"PT1H30M\"", 90.0)]
    [InlineData(":\"5-10 minutes\"", null)]
    [InlineData(":\"soon\"", null)]
    [InlineData(":\"-1\"", null)]
    [InlineData(":NaN", null)]
    [InlineData(":true", null)]
    [InlineData(":99999999999", null)]
    public void An_estimate_is_read_where_it_says_how_long_and_left_out_where_it_does_not(string estimate, double? minutes)
    {
        PlanReadResult reading = AnswerKinds.Read(Sound.Replace(":1.5", estimate, StringComparison.Ordinal));

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(minutes, reading.Plan.Subtasks[1].EstimatedDuration?.TotalMinutes);
        Assert.Equal((PlanRepairCode.Estimate, "/subtasks/1/estimatedMinutes"), Assert.Single(reading.Plan.Repairs.Select(repair => (repair.Code, repair.Path))));
    }

    [Theory]
    [InlineData("""{"subtasks":[{"id":1,"type":"fetch","arguments":{"url":"u"}},{"id":2,"type":"digest","dependsOn":[1],"arguments":{"rows":{"$output":"1"},"lines":2}}]}""")]
    [InlineData("""{"subtasks":[{"id":"1","type":"fetch","arguments":{"url":"u"}},{"id":"2","type":"digest","dependsOn":[1],"arguments":{"rows":{"$output":1},"lines":2}}]}""")]
    [InlineData("""{"subtasks":[{"id":1,"type":"fetch","arguments":{"url":"u"}},{"id":2,"type":"digest","dependsOn":1,"arguments":{"rows":{"$output":"1"},"lines":2}}]}""")]
    [InlineData("""{"subtasks":{"1":{"type":"fetch","arguments":{"url":"u"}},"2":{"id":2,"type":"digest","dependsOn":[{"id":1}],"arguments":{"rows":{"$output":"1"},"lines":2}}}}""")]
    public async Task Ids_that_are_whole_numbers_are_their_digits(string answer)
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(answer);

        Assert.Equal(["1", "2"], plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal([[], ["1"]], plan.Subtasks.Select(subtask => subtask.DependsOn));
        Assert.Contains(plan.Repairs, repair => repair.Code == PlanRepairCode.NumberForId);
    }

    [Theory]
    [InlineData("two plans", """{"subtasks":[{"id":"a","type":"t"}]} or {"subtasks":[{"id":"b","type":"t"}]}""", "another plan")]
    [InlineData("two lists", """{"subtasks":[{"id":"a","type":"t"}],"steps":[{"id":"b","type":"t"}]}""", "/steps")]
    [InlineData("two wrapped plans", """{"a":{"subtasks":[{"id":"a","type":"t"}]},"b":{"subtasks":[{"id":"a","type":"t"}]}}""", "/b")]
    [InlineData("order beside the list", """{"subtasks":[{"id":"a","type":"t"}],"edges":[["a","b"]]}""", "/edges")]
    [InlineData("order in a word", """{"subtasks":[{"id":"a","type":"t"}],"execution":"sequential"}""", "/execution")]
    [InlineData("a key that is not the id", """{"subtasks":{"a":{"id":"b","type":"t"}}}""", "/subtasks/0/id")]
    [InlineData("an id that is no whole number", """{"subtasks":[{"id":1.5,"type":"t"}]}""", "/subtasks/0/id")]
    [InlineData("a dependency with more to it", """{"subtasks":[{"id":"a","type":"t"},{"id":"b","type":"t","dependsOn":[{"id":"a","optional":true}]}]}""", "/subtasks/1/dependsOn")]
    [InlineData("a property that says what to do", """{"subtasks":[{"id":"a","type":"t","retries":3}]}""", "/subtasks/0/retries")]
    [InlineData("one name in two spellings", """{"subtasks":[{"id":"a","type":"t","dependsOn":[],"depends_on":["b"]},{"id":"b","type":"t"}]}""", "/subtasks/0/depends_on")]
    [InlineData("an apostrophe that ends a text", """{'subtasks':[{'id':'a','type':'t','name':'it's'}]}""", "is not allowed there")]
    [InlineData("a comma too many", """{"subtasks":[{"id":"a","type":"t",,}]}""", "is not allowed there")]
    [InlineData("not a number in an argument", """{"subtasks":[{"id":"a","type":"t","arguments":{"x":NaN}}]}""", "is not allowed there")]
    [InlineData("a second plan that is not whole", """{"subtasks":[{"id":"a","type":"t"}]} {"subtasks":[{"id":"a"|}""", "another plan")]
    [InlineData("reasoning and no more", "<think>What shall I do? {\"subtasks\":[{\"id\":\"a\",\"type\":\"t\"}]}", "reasoning")]
    [InlineData("text", """{"subtasks":"load, then join"}""", "/subtasks")]
    [InlineData("a text of a text", "\"\\\"{\\\\\\\"subtasks\\\\\\\":[]}\\\"\"", "no JSON object")]
    public void What_may_mean_two_things_or_another_is_refused_with_its_cause(string kind, string answer, string told)
    {
        PlanReadResult reading = AnswerKinds.Read(answer);

        Assert.True(reading.Diagnostics.Any(diagnostic => $"{diagnostic}".Contains(told, StringComparison.Ordinal)), $"{kind}: {string.Join('\n', reading.Diagnostics)}");
    }

    [Fact]
    public void A_saved_plan_is_read_strictly()
    {
        foreach (TheoryDataRow<PlanRepairCode, string> way in Ways.Where(way => way.Data.Item1 is not (PlanRepairCode.Number or PlanRepairCode.EncodedText or PlanRepairCode.DependencyForm or PlanRepairCode.OtherJson or PlanRepairCode.ReasoningBlock)))
        {
            Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson(way.Data.Item2));
        }
    }

    [Fact]
    public void Objects_without_number_that_are_no_plan_are_refused_early()
    {
        var reader = new PlanReader(new PlanLimits { MaxAnswerLength = int.MaxValue });
        byte[] objects = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":1}", 500)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000 && !reader.IsStopped; i++)
        {
            reader.Append(objects);
        }

        Assert.True(reader.IsStopped);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1024 * 1024);
        Assert.Contains("objects", reader.Complete().Diagnostics[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public void A_subtask_comes_before_the_answer_ends_however_it_is_written(PlanRepairCode code, string answer)
    {
        var reader = new PlanReader(new PlanLimits());
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);
        List<string> given = [];
        int firstAt = -1;
        for (int i = 0; i < utf8.Length; i++)
        {
            given.AddRange(reader.Append(utf8.AsSpan(i, 1)).Select(subtask => subtask.Id));
            firstAt = firstAt < 0 && given.Count > 0 ? i : firstAt;
        }

        // What stands in a text is known when the text ends.
        Assert.True(firstAt > 0 && (firstAt < utf8.Length - 1 || code == PlanRepairCode.EncodedText), $"{code}: {firstAt} of {utf8.Length}");
        Assert.Equal(["get", "cut", "tie"], given.TakeLast(3));
    }

    private static string OpenAndClose(string text)
    {
        var written = new StringBuilder();
        bool isOpen = false;
        foreach (char letter in text)
        {
            written.Append(letter != '"' ? letter : (isOpen = !isOpen) ? '\u201c' : '\u201d');
        }

        return written.ToString();
    }

    private static string Say(PlanReadResult reading) =>
        $"{reading.IsWhole} {reading.CanGoBack}\n{string.Join('\n', reading.Diagnostics)}\n{string.Join('\n', reading.Plan.Repairs)}\n{JsonSerializer.Serialize(reading.Plan)}";
}
