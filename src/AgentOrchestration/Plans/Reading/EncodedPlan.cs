using System.Text;
using System.Text.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>A plan, or its list of subtasks, that takes the place of a plan as a JSON string.</summary>
/// <param name="Plan">What was read of it.</param>
/// <param name="IsList">Whether it is the list alone.</param>
internal sealed record EncodedPlan(PlanObjectReader Plan, bool IsList)
{
    /// <summary>Reads the text of a property.</summary>
    /// <param name="reader">Stands at the text.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="limits">How much is read.</param>
    /// <returns>The plan, or <see langword="null"/> when the text is none.</returns>
    public static EncodedPlan? TryRead(ref Utf8JsonReader reader, string property, PlanLimits limits)
    {
        if (!TryGetText(ref reader, out byte[] text) || text is not [(byte)'{' or (byte)'[', ..])
        {
            return null;
        }

        bool isList = PropertyNames.IsList(property, isObject: text[0] == (byte)'{');
        var notes = new AnswerNotes(isStrict: false);
        PlanObjectReader plan;
        if (isList)
        {
            // The name is judged where it stands: within, it is the right one.
            plan = new PlanObjectReader(limits, notes);
            plan.Read("{\"subtasks\":"u8);
            plan.Read(text);
            plan.Read("}"u8);
        }
        else
        {
            plan = new PlanObjectReader(limits, notes, isArray: text[0] == (byte)'[');
            plan.Read(text);
        }

        bool isWhole = plan.IsClosed && plan.IsPlan && plan.Unread.Trim(" \t\r\n"u8).IsEmpty;
        return plan.IsStopped || isWhole ? new EncodedPlan(plan, isList) : null;
    }

    private static bool TryGetText(ref Utf8JsonReader reader, out byte[] text)
    {
        text = [];
        try
        {
            text = Encoding.UTF8.GetBytes(reader.GetString()!.Trim());
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
