"""Write the sample's PDF and DOCX from the content held here; knows nothing of questions or spans.

Run it after a change of the content, then `resolve_spans.py`:

    python evals/data/sample/make_binaries.py

Needs fpdf2 and python-docx. The same versions of both give the same bytes: dates are fixed and the
DOCX is packed again without the time of writing.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from fpdf import FPDF

DOCUMENTS = Path(__file__).parent / "documents"
CREATED = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
ZIP_TIME = (2026, 3, 5, 9, 0, 0)

Row = tuple[str, ...]
Section = tuple[str, Sequence[str | Sequence[Row]]]

PDF_TITLE = "Temperature Mapping Guide"

PDF_SECTIONS: Sequence[Section] = (
    (
        "1 Why map a room",
        (
            "A cold room is never equally cold everywhere. Temperature mapping finds the warmest "
            "and the coldest place of a room, so that the permanent loggers can be put where they "
            "matter. Inspectors ask for the mapping report of every room in which medicines are "
            "kept.",
            "This guide is edition 4 of January 2026. It describes how the installation team of "
            "Orrinvale maps refrigerators, cold rooms and warehouses with R4 loggers. Edition 3 "
            "asked for 24 hours of recording in every room; edition 4 asks for longer times, "
            "because the weekly rhythm of deliveries was missed.",
            "Mapping is done before a room is used for the first time, after every change that "
            "moves air or heat, and again after a fixed time. A room without changes is mapped "
            "again after three years. A room in which a reading outside the limits could not be "
            "explained is mapped again at once.",
            "The person responsible for a mapping at Orrinvale is Rosalind Eikeland, head of "
            "validation. She signs the protocol before the work begins and the report after it "
            "has ended.",
        ),
    ),
    (
        "2 How many loggers",
        (
            "The number of loggers depends on the volume of the room. The table gives the least "
            "number; use more where the room has corners, shelves to the ceiling or more than one "
            "door.",
            (
                ("Volume of the room", "Loggers", "Recording empty", "Recording loaded"),
                ("up to 2 m3", "9", "24 hours", "48 hours"),
                ("2 to 20 m3", "15", "24 hours", "72 hours"),
                ("20 to 200 m3", "27", "48 hours", "7 days"),
                ("200 to 2,000 m3", "45", "48 hours", "7 days"),
                ("above 2,000 m3", "as in the protocol", "72 hours", "14 days"),
            ),
            "In addition to these loggers, one logger is placed beside each permanent sensor and "
            "one outside the room in the shade. The outside logger shows whether a warm day "
            "explains a warm room.",
            "Set the logging interval to 1 minute for rooms up to 20 m3 and to 5 minutes for "
            "larger rooms. All loggers must have been calibrated within the last 12 months, and "
            "their clocks must agree within 10 seconds.",
        ),
    ),
    (
        "3 Where to place them",
        (
            "Place loggers in three layers: 10 cm above the floor, at half the height, and 20 cm "
            "below the ceiling or at the top of the highest shelf. In each layer use the four "
            "corners and the middle. Add loggers at the door, at the air outlet of the evaporator "
            "and opposite to it.",
            "Hang the loggers freely in the air. A logger that lies on a shelf measures the shelf. "
            "Use the plastic hooks of the mapping case, since metal wire carries heat.",
            "Number the places from the door clockwise and from bottom to top. Take a photograph "
            "of each place with the serial number visible. A mapping without photographs is not "
            "accepted by Rosalind Eikeland, because places cannot be checked afterwards.",
            "Rooms with movable shelves are mapped in the arrangement that hinders the air the "
            "most. Write the arrangement into the protocol.",
        ),
    ),
    (
        "4 Tests during the recording",
        (
            "Three tests are made while the room is loaded: the door test, the power test and the "
            "defrost test. Each test is started when all readings have been inside the limits for "
            "at least two hours.",
            "Door test. Open the door fully for 5 minutes in a walk-in room and for 1 minute in a "
            "refrigerator. Record how long each place stays outside the limits. A walk-in room "
            "passes if all places are back inside the limits within 30 minutes after the door was "
            "closed.",
            "Power test. Switch off the refrigeration and measure the hold-over time, which is the "
            "time until the first place leaves the limits. Keep the door closed. Stop the test "
            "after 8 hours at the latest, or when the first place comes within half a degree of "
            "the limit if the room holds real goods.",
            "Defrost test. Record at least two complete defrost cycles. A rise of more than 2 "
            "degrees at any place during defrosting is written into the report as a finding.",
        ),
    ),
    (
        "5 Judging the result",
        (
            "The report lists for every place the lowest, highest and mean reading and the mean "
            "kinetic temperature. The hot spot is the place with the highest mean kinetic "
            "temperature, and the cold spot is the place with the lowest single reading.",
            (
                ("Finding", "Limit", "What to do"),
                ("Spread between places", "more than 3 degrees", "improve the air flow"),
                ("Place outside the limits, empty", "more than 10 minutes", "repair, map again"),
                ("Place outside the limits, loaded", "more than 2 minutes", "close the place"),
                ("Hold-over time", "less than 4 hours", "plan for power cuts"),
                ("Loggers lost or stopped", "more than 1 in 20", "map again"),
            ),
            "A permanent logger is put at the hot spot and another one at the cold spot. If the "
            "two lie less than one metre apart, a single logger at the hot spot is enough.",
            "The report is delivered within 15 working days after the last reading. It is kept by "
            "the customer as long as the room is in use and for five years after that. Orrinvale "
            "keeps a copy for ten years.",
        ),
    ),
    (
        "6 Seasons",
        (
            "Warehouses without air conditioning are mapped twice, once in summer and once in "
            "winter. The summer mapping takes place in the warmest eight weeks of the year, the "
            "winter mapping in the coldest eight weeks. Refrigerators and inner cold rooms are "
            "mapped once, at any time of the year.",
            "For vehicles the mapping is made standing with the engine running, standing with the "
            "unit on mains power, and on a round trip of at least four hours with six stops. A "
            "van up to 6 m3 needs 12 loggers, a truck up to 40 m3 needs 20 loggers.",
            "Aircraft containers are mapped by their makers. Orrinvale only checks that the R4 can "
            "be seen by the radio when the container is closed.",
        ),
    ),
)

DOCX_TITLE = "Customer onboarding plan"

DOCX_INTRO = (
    "This plan is used by the onboarding team for every new customer with more than 20 loggers. It "
    "covers the time from the signed order to the hand-over to Customer Care. The onboarding team "
    "is led by Caspian Oyelaran. Edition of November 2025."
)

DOCX_MILESTONES: Sequence[Row] = (
    ("Milestone", "Owner", "Day", "Proof"),
    ("Kick-off call", "Onboarding lead", "3", "Minutes sent to the customer"),
    ("Site survey", "Installation engineer", "10", "Survey sheet signed"),
    ("Network check", "Customer IT", "14", "Test hub online for 24 hours"),
    ("Delivery of devices", "Warehouse Porto", "18", "Delivery note"),
    ("Installation", "Installation engineer", "24", "Photographs of all places"),
    ("Alarm rehearsal", "Site manager", "27", "Report of the alarm test"),
    ("Training", "Onboarding lead", "30", "List of participants"),
    ("Hand-over to Customer Care", "Onboarding lead", "45", "Hand-over form signed"),
)

DOCX_SECTIONS: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    (
        "Before the kick-off call",
        (
            "The sales team hands the order over in the customer file at least two working days "
            "before the kick-off call. The file names the sites, the goods, the required limits "
            "and the person who decides at the customer.",
            "A customer with more than 200 loggers gets a project manager of its own. Smaller "
            "customers share an onboarding lead, who serves at most six customers at a time.",
        ),
        (
            "The order, the offer and the plan that was chosen",
            "A floor plan of every site",
            "The limits for each kind of goods, confirmed by the customer's quality department",
            "Name and telephone number of the person in charge of the network",
        ),
    ),
    (
        "Site survey and network check",
        (
            "The installation engineer visits each site and measures the Bluetooth signal at every "
            "planned place. A place with a signal weaker than -88 dBm gets another hub or moves.",
            "A test hub is left on the site and must stay online for 24 hours without a break. The "
            "most frequent reason for a failed network check is a firewall that inspects TLS; the "
            "second most frequent is a Wi-Fi network that only offers 5 GHz.",
        ),
        (),
    ),
    (
        "Installation",
        (
            "One engineer installs up to 35 loggers and 3 hubs a day. Every logger is named after "
            "the scheme site, room, place, for example LIS-COLD2-TOP. Names are printed on the "
            "label before the engineer leaves the room.",
            "Old thermometers stay in place for 14 days, so that the customer can compare. A "
            "difference of more than 1 degree is explained in writing before they are removed.",
        ),
        (
            "Clean the place and mount the bracket",
            "Start the logger and scan its code",
            "Check the first reading against the reference thermometer",
            "Take a photograph and print the label",
        ),
    ),
    (
        "Alarm rehearsal",
        (
            "The alarm rehearsal is made outside working hours and without notice to stage one, "
            "because only then it shows who really answers. The rehearsal has passed when somebody "
            "at the site has acknowledged the alarm within 20 minutes.",
            "If the rehearsal fails, it is repeated after the escalation has been changed. After "
            "two failures the onboarding lead speaks with the customer's management, and the "
            "hand-over is put off.",
        ),
        (),
    ),
    (
        "Training",
        (
            "The training of operators takes 60 minutes and the training of site managers takes "
            "three hours. Nobody is trained by slides alone: every participant acknowledges an "
            "alarm and prints a report. Participants get a certificate that inspectors accept.",
        ),
        (),
    ),
    (
        "Hand-over and review",
        (
            "On day 45 the onboarding lead, the customer and Customer Care meet for the hand-over. "
            "Open points are listed with a name and a date. From then on the customer calls "
            "Customer Care and no longer the onboarding lead.",
            "A review takes place 90 days after the hand-over. The aims of the review are fewer "
            "than two false alarms per logger and month, an acknowledgement of alarms within 12 "
            "minutes on average, and a satisfaction of at least 8 out of 10.",
        ),
        (),
    ),
)


def write_pdf(path: Path) -> None:
    """Write the mapping guide: one section a page, tables with a line around each cell."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(CREATED)
    pdf.set_title(PDF_TITLE)
    pdf.set_author("Orrinvale Systems")
    pdf.set_margins(25, 22)
    for number, (heading, parts) in enumerate(PDF_SECTIONS):
        pdf.add_page()
        if number == 0:
            _add_pdf_heading(pdf, PDF_TITLE, size=22, height=16)
        _add_pdf_heading(pdf, heading, size=15, height=12)
        for part in parts:
            _add_pdf_part(pdf, part)
    pdf.output(str(path))


def _add_pdf_heading(pdf: "FPDF", text: str, *, size: int, height: float) -> None:
    pdf.set_font("helvetica", "B", size)
    pdf.cell(0, height, text, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", "", 11)


def _add_pdf_part(pdf: "FPDF", part: str | Sequence[Row]) -> None:
    if isinstance(part, str):
        pdf.multi_cell(0, 6, part, align="L", new_x="LMARGIN", new_y="NEXT")
    else:
        with pdf.table(part, line_height=7):
            pass
    pdf.ln(4)


def write_docx(path: Path) -> None:
    """Write the onboarding plan: title, intro, a table of milestones, sections with lists."""
    import docx

    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = DOCX_TITLE, "Orrinvale Systems"
    properties.created = properties.modified = CREATED.replace(tzinfo=None)
    document.add_heading(DOCX_TITLE, level=0)
    document.add_paragraph(DOCX_INTRO)
    _add_docx_milestones(document)
    for heading, paragraphs, items in DOCX_SECTIONS:
        document.add_heading(heading, level=1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        for item in items:
            document.add_paragraph(item, style="List Bullet")
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(packed_without_times(buffer.getvalue()))


def _add_docx_milestones(document: "DocxDocument") -> None:
    document.add_heading("Milestones", level=1)
    document.add_paragraph("Days are counted from the day on which the order was signed.")
    table = document.add_table(rows=0, cols=len(DOCX_MILESTONES[0]), style="Table Grid")
    for row in DOCX_MILESTONES:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def packed_without_times(archive: bytes) -> bytes:
    """Pack a ZIP archive again so that its members carry `ZIP_TIME` instead of the clock's."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIP_TIME), old.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


if __name__ == "__main__":
    write_pdf(DOCUMENTS / "temperature-mapping-guide.pdf")
    write_docx(DOCUMENTS / "customer-onboarding-plan.docx")
