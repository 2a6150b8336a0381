using System.Text.Json;
using AgentOrchestration.Tests.Plans;
using CsCheck;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Planning;

/// <summary>Answers that no model should give. Each is refused with words; none hangs or ends the process.</summary>
public sealed class HostileAnswerTests
{
    public static TheoryData<string> NoPlans =>
    [
        "",
        " ",
        "null",
        "true",
        "[]",
        "\"plan\"",
        "{}{}",
        "\0",
        "\uFEFF{}",
        "<plan/>",
        "{\"subtasks\":null}",
        "{\"subtasks\":{}}",
        "{\"subtasks\":[null]}",
        "{\"subtasks\":[[]]}",
        "{\"subtasks\":[{}]}",
        "{\"subtasks\":[],\"subtasks\":[]}",
        "{\"subtasks\":[{\"id\":\"a\",\"type\":\"read_csv\",\"code\":\"rm -rf /\"}]}",
        "{\"subtasks\":[{\"id\":\"\\ud800\",\"type\":\"read_csv\"}]}",
        "{\"subtasks\":[{\"\\ud800\":1}]}",
        "{\"subtasks\":[],\"goal\":\"\ud800\"}",
        "\udc00",
        "{\"subtasks\":[{\"id\":\"a\",\"type\":\"read_csv\",\"resources\":{\"\\ud800\":1}}]}",
    ];

    [Theory]
    [MemberData(nameof(NoPlans), DisableDiscoveryEnumeration = true)]
    public async Task What_is_no_plan_is_malformed(string answer)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync(answer);

        Assert.Equal(PlanDiagnosticCode.Malformed, diagnostics[0].Code);
        Assert.All(diagnostics, diagnostic => Assert.True(diagnostic.Path.Length == 0 || diagnostic.Path[0] == '/', diagnostic.Path));
    }

    [Theory]
    [InlineData("""{"id":"a","type":"read_csv","arguments":{"path":{"$secret":"database"}}}""", "/subtasks/0/arguments")]
    [InlineData("""{"id":"a","plan":{"subtasks":[{"id":"b","type":"read_csv","arguments":{"path":{"$secret":"database"}}}]},"type":"$plan"}""", "/subtasks/0/plan/subtasks/0/arguments")]
    [InlineData("""{"id":"a","type":"read_csv","arguments":{"path":"a.csv"},"policy":{"requiresApproval":false}}""", "/subtasks/0/policy")]
    [InlineData("""{"id":"a","type":"read_csv","arguments":{"path":"a.csv"},"policy":{"fallback":{"approved":true}}}""", "/subtasks/0/policy")]
    public async Task Limits_approvals_and_secrets_are_not_the_models_to_ask_for(string subtask, string path)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync($$"""{"subtasks":[{{subtask}}]}""");

        Assert.Equal(path, Assert.Single(diagnostics, diagnostic => diagnostic.Code == PlanDiagnosticCode.NotAllowed).Path);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"\ud800xx":1}""")]
    [InlineData("""{"path":"a.csv","a longer name \udc00":{"$output":"a"}}""")]
    [InlineData("""{"path":{"\ud800 a longer name":1}}""")]
    [InlineData("""{"$secret":"\ud800"}""")]
    public async Task Half_a_character_in_the_name_of_an_argument_is_told_with_its_place(string arguments)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync($$"""{"subtasks":[{"id":"a","type":"read_csv","arguments":{{arguments}}}]}""");

        Assert.Contains(diagnostics, diagnostic => diagnostic is { Code: PlanDiagnosticCode.Malformed or PlanDiagnosticCode.InvalidArguments } && diagnostic.Path.StartsWith("/subtasks/0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_place_of_what_is_malformed_is_a_pointer()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync("""{"subtasks":[{"id":"a","type":"t"},{"id":[5],"type":"t"}]}""");

        Assert.Equal("/subtasks/1/id", Assert.Single(diagnostics, diagnostic => diagnostic.Code == PlanDiagnosticCode.Malformed).Path);
    }

    [Fact]
    public async Task An_answer_longer_than_is_read_is_refused_unread_and_does_not_go_back()
    {
        var model = new ScriptedModel(new string(' ', 1024 * 1024) + Application.SoundPlan, Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.Contains("1048576", model.Asked[1][3].Text, StringComparison.Ordinal);
        Assert.InRange(model.Asked[1].Sum(message => message.Text.Length), 1, 10_000);
    }

    [Fact]
    public async Task The_length_that_is_read_is_an_option()
    {
        Action<AgentOrchestrationOptions> exactly = options => options.Planning.Limits.MaxAnswerLength = Application.SoundPlan.Length;
        await Application.PlanAsync(new ScriptedModel(Application.SoundPlan), exactly);

        PlanDiagnostic only = Assert.Single(await Application.RefuseAsync(Application.SoundPlan + " ", exactly));

        Assert.Equal(PlanDiagnosticCode.TooLarge, only.Code);
    }

    [Theory]
    [InlineData(99, 10_100, "more than 99 subtasks")]
    [InlineData(100, 10_099, "more than 10099 dependencies")]
    public async Task More_subtasks_or_dependencies_than_are_allowed_are_too_large(int maxSubtasks, int maxDependencies, string told)
    {
        string dependencies = string.Join(',', Enumerable.Repeat("\"s\"", 101));
        string subtasks = string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"id":"s{{i}}","type":"read_csv","dependsOn":[{{dependencies}}]}"""));

        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync(
            $$"""{"subtasks":[{{subtasks}}]}""", options => (options.Planning.Limits.MaxSubtasks, options.Planning.Limits.MaxDependencies) = (maxSubtasks, maxDependencies));

        PlanDiagnostic only = Assert.Single(diagnostics);
        Assert.Equal(PlanDiagnosticCode.TooLarge, only.Code);
        Assert.Contains(told, only.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(2, 20, false)]
    [InlineData(8, 8, true)]
    public async Task How_deep_plans_may_stand_in_each_other_is_an_option(int maxDepth, int depth, bool fits)
    {
        string plan = """{"subtasks":[{"id":"a","type":"read_csv","arguments":{"path":"a.csv"}}]}""";
        for (int i = 1; i < depth; i++)
        {
            plan = """{"subtasks":[{"id":"p","type":"$plan","plan":""" + plan + "}]}";
        }

        Task<TaskPlan> planning = Application.PlanAsync(new ScriptedModel(plan), options => (options.Planning.MaxPlanDepth, options.Planning.MaxRepairs) = (maxDepth, 0));

        if (fits)
        {
            Assert.Single((await planning).Subtasks);
        }
        else
        {
            PlanDiagnostic only = Assert.Single((await Assert.ThrowsAsync<InvalidPlanException>(() => planning)).Diagnostics);
            Assert.Equal((PlanDiagnosticCode.TooLarge, $"Plans are nested more than {maxDepth} levels deep."), (only.Code, only.Message));
        }
    }

    [Fact]
    public async Task Dependencies_that_only_mending_would_add_count_too()
    {
        string sources = string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"id":"s{{i}}","type":"read_csv","arguments":{"path":"a.csv"} }"""));
        string references = string.Join(',', Enumerable.Range(0, 100).Select(i => "{\"$output\":\"s" + i + "\"}"));
        string uses = string.Join(',', Enumerable.Range(0, 10).Select(i => $$"""{"id":"u{{i}}","type":"read_csv","arguments":[{{references}}] }"""));

        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync($$"""{"subtasks":[{{sources}},{{uses}}]}""", options => options.Planning.Limits.MaxDependencies = 999);

        PlanDiagnostic only = Assert.Single(diagnostics);
        Assert.Equal(PlanDiagnosticCode.TooLarge, only.Code);
        Assert.Contains("1000 dependencies", only.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_without_number_in_how_every_subtask_is_written_stay_a_prompt()
    {
        string properties = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"p{i}\":1"));
        var model = new ScriptedModel($$"""{"subtasks":[{{string.Join(',', Enumerable.Repeat("{" + properties + "}", 1_000))}}]}""", Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.InRange(model.Asked[1][3].Text.Length, 1, 50_000);
        Assert.Contains("more mistakes", model.Asked[1][3].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}", PlanDiagnosticCode.Malformed)]
    [InlineData("{{\"subtasks\":{0}}}", PlanDiagnosticCode.TooLarge)]
    [InlineData("{{\"subtasks\":[{{\"id\":\"a\",\"type\":\"read_csv\",\"arguments\":{{\"path\":{0}}}}}]}}", PlanDiagnosticCode.TooLarge)]
    public async Task An_answer_nested_deeper_than_any_stack_is_refused(string form, PlanDiagnosticCode code)
    {
        string deep = new string('[', 400_000) + new string(']', 400_000);

        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, deep));

        Assert.Equal(code, diagnostics[^1].Code);
        Assert.InRange(diagnostics.Count, 1, 2);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_arguments_is_told_and_the_answer_goes_back()
    {
        const string Half = """{"subtasks":[{"id":"a","type":"read_csv","arguments":{"path":"\ud800"}}]}""";
        var model = new ScriptedModel(Half, Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.Equal(Half, model.Asked[1][2].Text);
        Assert.Contains("""{"path":"/subtasks/0/arguments","error":"'a': It holds text that is not valid Unicode.""", model.Asked[1][3].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800 a longer name\":1}")]
    public async Task Half_a_surrogate_pair_that_a_condition_compares_with_is_told_and_the_answer_goes_back(string value)
    {
        string subtasks = $$$"""{"id":"a","type":"read_csv","arguments":{"path":"a.csv"}},{"id":"b","type":"read_csv","arguments":{"path":"a.csv"},"dependsOn":["a"],"when":{"output":"a","is":"equals","value":{{{value}}}}}""";
        var model = new ScriptedModel($$"""{"subtasks":[{{subtasks}}]}""", Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.Contains("\"path\":\"/subtasks/1/when", model.Asked[1][3].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_64_KiB_in_every_place_is_told_shortly_and_in_whole_characters()
    {
        string text = string.Concat(Enumerable.Repeat("😀", 32 * 1024));
        string json = JsonSerializer.Serialize(text);
        var model = new ScriptedModel(
            $$$"""{"goal":{{{json}}},"subtasks":[{"id":{{{json}}},"name":{{{json}}},"type":{{{json}}},"dependsOn":[{{{json}}}],"resources":{{{{json}}}:1}},{"id":"b","type":"describe","arguments":{{{{json}}}:{{{json}}}}}]}""",
            Application.SoundPlan);

        await Application.PlanAsync(model);

        string said = model.Asked[1][3].Text;
        Assert.InRange(said.Length, 1, 5_000);
        Assert.DoesNotContain('\uFFFD', string.Concat(said.EnumerateRunes()));
    }

    [Fact]
    public async Task Text_of_64_KiB_that_is_only_an_argument_is_no_harm()
    {
        string path = new('p', 64 * 1024);

        TaskPlan plan = await Application.PlanAsync(new ScriptedModel($$$"""{"subtasks":[{"id":"a","type":"read_csv","arguments":{"path":"{{{path}}}"}}]}"""));

        Assert.Equal(path, plan.Subtasks[0].Arguments!.Value.GetProperty("path").GetString());
    }

    [Fact]
    public async Task The_largest_circle_that_may_be_written_is_told()
    {
        string subtasks = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"id":"s{{i}}","type":"read_csv","arguments":{"path":"a"},"dependsOn":["s{{(i + 1) % 1000}}"]}"""));

        Assert.Equal(PlanDiagnosticCode.Cycle, Assert.Single(await Application.RefuseAsync($$"""{"subtasks":[{{subtasks}}]}""")).Code);
    }

    [Fact]
    public async Task Mistakes_without_number_under_a_name_without_end_stay_a_prompt()
    {
        string name = new('n', 400_000);
        var model = new ScriptedModel(
            $$$"""{"subtasks":[{"id":"{{{name}}}","type":"describe","arguments":{"columns":["",{{{string.Join(',', Enumerable.Repeat("1", 100_000))}}}],"{{{name}}}":[{{{string.Join(',', Enumerable.Repeat("{}", 10_000))}}}]}}]}""",
            Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.InRange(model.Asked[1][3].Text.Length, 1, 100_000);
    }

    [Fact]
    public void Any_plan_with_some_characters_changed_is_a_plan_or_is_refused() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Select(Gen.Int[0, int.MaxValue], Gen.Char).Array[0, 5]).Sample(
            (seed, changes) =>
            {
                char[] answer = JsonSerializer.Serialize(RandomPlan.Of(seed)).ToCharArray();
                Array.ForEach(changes, change => answer[change.Item1 % answer.Length] = change.Item2);
                Task<TaskPlan> planning = Application.PlanAsync(new ScriptedModel(Enumerable.Repeat(new string(answer), 3)));

                Assert.True(planning.IsCompleted);
                Assert.True(planning.IsCompletedSuccessfully || planning.Exception!.InnerException is InvalidPlanException, $"{planning.Exception}");
            },
            iter: 500);

    [Fact]
    public async Task An_answer_without_text_is_malformed()
    {
        var model = new ScriptedModel("", Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.Equal(ChatRole.Assistant, model.Asked[1][2].Role);
        Assert.Contains("not the JSON of a plan", model.Asked[1][3].Text, StringComparison.Ordinal);
    }
}
