using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tests.Planning;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Plans.Reading;

/// <summary>What is read does not depend on the pieces in which it comes.</summary>
public sealed class PlanReaderProperties
{
    private const string Model =
        """
        Sure! {Here} it is:
        ```json
        { "goal": "Größe \ud83d\ude00 \"q\" \\", "subtasks" : [
          {"id":"a","name":"ß","type":"t","dependsOn":[],"arguments":{"p":"\u00e9\n","n":[1.5e3,-0,true,null,{}],"$x":{"$output":"b/0"}},"estimatedMinutes":0.25,"resources":{"cpu":1000,"gpu":null}},
          {"id":"p","type":"$plan","plan":{"subtasks":[{"id":"i","type":"t","dependsOn":["j","j"]}]}} , {"id":"b", "type" :"t","dependsOn" : ["a" , "a"]}
        ] }
        ```
        That {is} all.
        """;

    /// <summary>Answers of every kind of trouble, short enough to be cut at every byte.</summary>
    public static TheoryData<string> Answers =>
    [
        Model,
        Model[..^40],
        Model[..(Model.Length / 2)],
        Model.Replace("true", "truex", StringComparison.Ordinal),
        Model.Replace("\"p\":", "\"p\" x ", StringComparison.Ordinal),
        Model.Replace("1.5e3", "01.5", StringComparison.Ordinal),
        Model.Replace("\\n", "\n", StringComparison.Ordinal),
        Model.Replace("\\u00e9", "\\ud800", StringComparison.Ordinal),
        Model.Replace("\\u00e9", "\\x", StringComparison.Ordinal),
        Model.Replace(",{}]", ",{},]", StringComparison.Ordinal),
        Model.Replace(",{}]", ",{}}", StringComparison.Ordinal),
        Model.Replace("\"name\"", "\"nam\"", StringComparison.Ordinal),
        Model.Replace("\"goal\"", "\"subtasks\"", StringComparison.Ordinal),
        Model.Replace("] }", "] }}", StringComparison.Ordinal),
        Model + Model,
        "{\"subtasks\":[{\"id\":true",
        "{\"subtasks\":[{\"id\":12",
        "{\"subtasks\":[truex",
        "{ \n",
        "[ {\"subtasks\":[]}]",
        "{\"subtasks\":\t\t x}",
        "{\"subtasks\":[1, \t ] }",
        "{\"subtasks\":[[[[[[[[[[]]]]]]]]]]}",
        "{\"subtasks\":[{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" x",
        "{\"goal\":\"\u0001aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
        "{\"goal\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"dependsOn\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",true",
        "{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"arguments\":1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
    ];

    private static PlanLimits Small => new() { MaxAnswerLength = 1_200, MaxSubtasks = 4, MaxDependencies = 6, MaxAnswerDepth = 10, MaxTextLength = 120 };

    [Theory]
    [MemberData(nameof(Answers), DisableDiscoveryEnumeration = true)]
    public void Cut_at_every_byte_an_answer_says_the_same(string answer)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);
        foreach (PlanLimits options in new[] { new PlanLimits(), Small })
        {
            string whole = Say(utf8, [utf8.Length], options);
            Assert.Equal(whole, Say(utf8, Enumerable.Repeat(1, utf8.Length), options));
            for (int cut = 1; cut < utf8.Length; cut++)
            {
                Assert.Equal(whole, Say(utf8, [cut, utf8.Length - cut], options));
            }
        }
    }

    [Fact]
    public void Any_answer_in_any_pieces_says_the_same() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte).Array[0, 4], Gen.Int[1, 40].Array[1, 50]).Sample(
            (seed, changes, pieces) =>
            {
                byte[] answer = JsonSerializer.SerializeToUtf8Bytes(RandomPlan.Of(seed));
                foreach ((int place, byte value) in changes)
                {
                    answer[place % answer.Length] = seed % 2 == 0 ? value : (byte)"{}[]\",:\\ tn0x"[value % 13];
                }

                Assert.Equal(Say(answer, [answer.Length], Small), Say(answer, pieces, Small));
                Assert.Equal(Say(answer, [answer.Length], new PlanLimits()), Say(answer, pieces, new PlanLimits()));
            },
            iter: Simulations.Of(3_000));

    [Fact]
    public void However_it_is_written_and_whatever_is_changed_in_it_the_pieces_decide_nothing()
    {
        const string marks = "{}[]\"',:\\ \tn0x/*#<>&;";
        string[] answers = [.. AnswerKindsTests.Ways.Select(way => way.Data.Item2)];
        Gen.Select(Gen.Int[0, answers.Length - 1], Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]).Array[0, 3], Gen.Int[1, 60].Array[1, 40]).Sample(
            (chosen, changes, pieces) =>
            {
                List<byte> text = [.. Encoding.UTF8.GetBytes(answers[chosen])];
                foreach ((int place, int change) in changes)
                {
                    byte mark = (byte)marks[change % marks.Length];
                    if (change % 3 == 0)
                    {
                        text.RemoveAt(place % text.Count);
                    }
                    else if (change % 3 == 1)
                    {
                        text.Insert(place % text.Count, mark);
                    }
                    else
                    {
                        text[place % text.Count] = mark;
                    }
                }

                byte[] answer = [.. text];
                Assert.Equal(Say(answer, [answer.Length], Small), Say(answer, pieces, Small));
                Assert.Equal(Say(answer, [answer.Length], new PlanLimits()), Say(answer, pieces, new PlanLimits()));
            },
            iter: Simulations.Of(5_000));
    }

    [Fact]
    public void A_sound_plan_is_read_as_the_serializer_reads_it() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                TaskPlan plan = RandomPlan.Of(seed);
                byte[] json = JsonSerializer.SerializeToUtf8Bytes(plan);
                var reader = new PlanReader(new PlanLimits());
                IReadOnlyList<Subtask> streamed = reader.Append(json);
                PlanReadResult reading = reader.Complete();

                Assert.All(reading.Diagnostics, diagnostic => Assert.Equal(PlanDiagnosticCode.NotAllowed, diagnostic.Code));
                Assert.Equal(JsonSerializer.Serialize(plan), JsonSerializer.Serialize(reading.Plan));
                Assert.True(streamed.Count == plan.Subtasks.Count(subtask => !TemplateReference.MayStandIn(subtask)) || reading.Diagnostics.Count > 0);
            },
            iter: Simulations.Of(2_000));

    /// <summary>Everything that a reading says, and what came on the way.</summary>
    private static string Say(ReadOnlySpan<byte> answer, IEnumerable<int> pieces, PlanLimits options)
    {
        var reader = new PlanReader(options);
        List<string> ids = [];
        foreach (int piece in pieces)
        {
            int length = Math.Min(piece, answer.Length);
            ids.AddRange(reader.Append(answer[..length]).Select(subtask => subtask.Id));
            answer = answer[length..];
        }

        ids.AddRange(reader.Append(answer).Select(subtask => subtask.Id));
        PlanReadResult reading = reader.Complete();
        return $"{string.Join(',', ids)}\n{reading.IsWhole} {reading.CanGoBack}\n{string.Join('\n', reading.Diagnostics.Select(diagnostic => $"{diagnostic.Code} {diagnostic}"))}\n"
            + $"{string.Join('\n', reading.Plan.Repairs)}\n{reading.Plan.Goal}\n{string.Join('\n', reading.Plan.Subtasks.Select(Say))}";
    }

    /// <summary>A subtask with all that it says, arguments as they were written.</summary>
    private static string Say(Subtask subtask) =>
        $"{subtask with { Arguments = null, Plan = null, Condition = null }} [{string.Join(',', subtask.DependsOn)}] {subtask.Arguments?.GetRawText()} {subtask.Plan?.Subtasks.Count}";
}
