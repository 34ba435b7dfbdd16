"""What the installed models do, for people to see: languages and licences."""

from edge_interpreter import languages
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.rooms.capabilities import Capabilities
from edge_interpreter.server.schemas import LanguageInfo, LanguageList, Notice


def list_languages(config: Config, capabilities: Capabilities) -> LanguageList:
    """Every language that some model in use handles, and the licences of these models."""
    sources, targets = capabilities.sources, capabilities.targets
    every = capabilities.recognised | sources | targets | capabilities.voices
    known = (languages.find(tag) for tag in sorted(every) if languages.is_known(tag))
    return LanguageList(
        languages=[
            LanguageInfo(
                tag=language.tag,
                name=language.name,
                native_name=language.native_name,
                right_to_left=language.right_to_left,
                recognise=language.tag in capabilities.recognised,
                translate_from=language.tag in sources,
                translate_to=language.tag in targets,
                speak=language.tag in capabilities.voices,
            )
            for language in known
        ],
        notices=_notices(config),
    )


def _notices(config: Config) -> list[Notice]:
    catalog = Catalog.load()
    used = (
        config.voice_activity.model,
        *config.recogniser.models,
        *config.translator.models,
        *config.synthesiser.voices.values(),
    )
    notices = []
    for model_id in dict.fromkeys(used):
        try:
            model = catalog.find(model_id)
        except UserError:
            continue
        text = f"{model.id}: {model.licence}"
        if model.non_commercial:
            text += ", not for commercial use"
        notices.append(
            Notice(
                model=model.id,
                licence=model.licence,
                non_commercial=model.non_commercial,
                text=text,
            )
        )
    return notices
