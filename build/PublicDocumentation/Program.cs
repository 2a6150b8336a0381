using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

// Keeps in a file of XML documentation the members that code of other assemblies can use. Arguments: the assembly, the file, and a file that lists the references.
string assembly = args[0], file = args[1], references = args[2];
MetadataReference library = MetadataReference.CreateFromFile(assembly);
var compilation = CSharpCompilation.Create("Documentation", references: File.ReadLines(references).Select(path => MetadataReference.CreateFromFile(path)).Append(library));
var visible = compilation.GetAssemblyOrModuleSymbol(library) is IAssemblySymbol symbols
    ? VisibleIn(symbols.GlobalNamespace).Select(symbol => symbol.GetDocumentationCommentId()).ToHashSet(StringComparer.Ordinal)
    : throw new InvalidOperationException($"'{assembly}' is not an assembly.");

XDocument documentation = XDocument.Load(file, LoadOptions.PreserveWhitespace);
XElement[] hidden = [.. documentation.Descendants("member").Where(member => !visible.Contains((string?)member.Attribute("name")))];
foreach (XElement member in hidden)
{
    (member.PreviousNode as XText)?.Remove();
    member.Remove();
}

documentation.Save(file, SaveOptions.DisableFormatting);

static IEnumerable<ISymbol> VisibleIn(INamespaceOrTypeSymbol parent) => parent.GetMembers()
    .Where(member => member is INamespaceSymbol || member.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal)
    .SelectMany(member => member is INamespaceOrTypeSymbol inner ? VisibleIn(inner).Prepend(member) : [member]);
